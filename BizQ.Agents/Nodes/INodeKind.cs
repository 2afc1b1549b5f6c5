using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Models.ToolUse;
using BizQ.Core.Agents;
using BizQ.Core.Context;

namespace BizQ.Agents.Nodes;

/// <summary>
/// One kind of node: one sealed type in one file, found by <see cref="AgentParts"/>. It describes itself and decides; the run
/// loop acts on what it returns.
/// </summary>
public interface INodeKind
{
    NodeDescription Description { get; }

    /// <summary>Whether it reads the scope itself, beyond what the expressions in its settings name.</summary>
    bool ReadsScope => false;

    /// <summary>How long it may take when the node does not say; null for the usual time.</summary>
    TimeSpan? Patience => null;

    Task<NodeResult> Run(NodeRun run, CancellationToken cancel);
}

/// <summary>What a node is given.</summary>
/// <param name="Settings">The node's settings with every <c>{{ }}</c> already evaluated.</param>
/// <param name="Gathered">The evidence of all earlier steps of the run, oldest first.</param>
/// <param name="Scope">The values expressions see: trigger, steps, workspace, run, now.</param>
/// <param name="SpentUsd">What models have cost in this run before this node.</param>
public sealed record NodeRun(
    Guid WorkspaceId,
    Guid RunId,
    Guid AgentId,
    AgentDefinition Agent,
    NodeDefinition Node,
    JsonElement Settings,
    IReadOnlyList<Evidence> Gathered,
    JsonElement Scope,
    decimal SpentUsd = 0)
{
    /// <summary>A model asks for it in its tool loop.</summary>
    public bool ByModel { get; init; }

    /// <summary>Of a turn in a model's tool loop: what was said before.</summary>
    public Dialog? Dialog { get; init; }

    /// <summary>Nothing may leave.</summary>
    public bool Rehearsal { get; init; }
}

/// <summary>What a node wants to happen.</summary>
public abstract record NodeResult
{
    private NodeResult() { }

    /// <summary>It is done. <paramref name="Taints"/> when it read text from outside.</summary>
    public sealed record Completed(JsonElement Output, IReadOnlyList<Evidence>? Evidence = null, ModelUse? Use = null, bool Taints = false) : NodeResult;

    /// <summary>A person must decide before the run goes on.</summary>
    public sealed record Ask(string Title, string Why, JsonElement Shown) : NodeResult;

    /// <summary>It wants to act on the world.</summary>
    public sealed record Propose(string Operation, JsonElement Arguments) : NodeResult;

    /// <summary>
    /// It rests until a moment, an event, or the end of the run it starts, whichever comes first. The pause is committed with the
    /// step, so it outlives the process and costs nothing while it lasts.
    /// </summary>
    public sealed record Pause(DateTimeOffset? Until = null, ListenFor? Event = null, StartChild? Child = null) : NodeResult;

    /// <summary>The nodes inside of it run round by round; the interpreter sees to that.</summary>
    public sealed record Repeat : NodeResult;

    /// <summary>It could not do its work. <paramref name="Code"/> is a lower camel case name; the sentence is for people.</summary>
    public sealed record Failed(string Code, string Message, bool Retryable = false, ModelUse? Use = null) : NodeResult;
}

/// <summary>A named event, and whose: empty <paramref name="Correlation"/> when anyone's will do.</summary>
public sealed record ListenFor(string Event, string Correlation);

/// <summary>Another agent's run, started in the transaction that records the step. Without <paramref name="Wait"/> the step is done at once.</summary>
public sealed record StartChild(Agent Agent, JsonElement Input, bool Wait);
