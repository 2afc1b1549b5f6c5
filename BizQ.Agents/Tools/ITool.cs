using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Tools;

/// <summary>Something that can act: one sealed type in one file, found by <see cref="AgentParts"/>.</summary>
public interface ITool
{
    IReadOnlyList<OperationDescription> Operations { get; }

    /// <summary>Whom it acts on and how much it moves: pure, from the arguments alone.</summary>
    Aim AimOf(string operation, JsonElement arguments);

    /// <summary>Does it. Called only for an effect that is Intended; throws nothing expected.</summary>
    Task<ToolResult> Execute(ToolCall call, CancellationToken cancel);
}

/// <summary>Target as people know it (a mail address, a customer's name) and the amount of money it moves, if any.</summary>
public sealed record Aim(string? Target, Money? Amount);

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
