using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Tools;

/// <summary>Something outside BizQ that can act: one sealed type in one file, found by <see cref="AgentParts"/>.</summary>
public interface ITool
{
    IReadOnlyList<OperationDescription> Operations { get; }

    /// <summary>Whom it acts on and how much it moves: pure, from the arguments alone.</summary>
    Aim AimOf(string operation, JsonElement arguments);

    /// <summary>Does it. Called only for an effect that is Intended, or for an operation that only reads; throws nothing expected.</summary>
    Task<ToolResult> Execute(ToolCall call, CancellationToken cancel);

    /// <summary>Takes back what <paramref name="call"/> did and <paramref name="result"/> told. Only asked of operations that declare a way.</summary>
    Task<ToolResult> Undo(ToolCall call, JsonElement result, CancellationToken cancel) =>
        Task.FromResult<ToolResult>(new ToolResult.Failed("cannotUndo", $"{call.Operation} declares that it can be undone but does not say how.", Retryable: false));
}

/// <param name="EffectId">Of an operation that only reads, an id of its own.</param>
/// <param name="IdempotencyKey">The same for every attempt at one effect.</param>
public sealed record ToolCall(Guid WorkspaceId, Guid RunId, Guid EffectId, string Operation, JsonElement Arguments, string IdempotencyKey);

/// <summary>How a call ended. Uncertain: it may or may not have acted, and only a person can tell.</summary>
public abstract record ToolResult
{
    private ToolResult() { }

    public sealed record Done(JsonElement Result) : ToolResult;

    /// <summary>It certainly did not act.</summary>
    public sealed record Failed(string Code, string Message, bool Retryable) : ToolResult;

    public sealed record Uncertain(string Message) : ToolResult;
}
