using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Core.Runs;

/// <summary>The run that another run's step starts: who it belongs to, how deep it is, and what it inherits.</summary>
public static class ChildRun
{
    private const int LongestKey = 200;

    /// <param name="place">The step's place in the calling run; with the attempt it makes the key, so that a step starts one run however often it is looked at.</param>
    public static Run Of(Run caller, Guid stepId, string place, int attempt, Agent agent, JsonElement input, Guid id, DateTimeOffset now) => new()
    {
        Id = id,
        WorkspaceId = caller.WorkspaceId,
        AgentId = agent.Id,
        AgentVersionId = agent.CurrentVersionId ?? throw new InvalidOperationException($"The agent {agent.Id} has no version to run; ask CallAgent first."),
        AgentName = agent.Name,
        TaskType = "agent",
        Title = caller.Title,
        IdempotencyKey = Key(caller.Id, place, attempt),
        Input = InputOf(caller, input),
        Status = RunStatus.Queued,
        // What the caller has read from outside may be in what it hands over.
        Tainted = caller.Tainted,
        StartedAt = now,
        StartedByName = caller.AgentName,
        // Whoever started the caller started this: nobody approves their own work by a detour.
        StartedBy = caller.StartedBy,
        ParentRunId = caller.Id,
        ParentStepId = stepId,
        Depth = caller.Depth + 1,
        Hops = caller.Hops + 1,
        Rehearsal = caller.Rehearsal,
    };

    /// <summary>Which attempt at the step that calls it has started a run; null when that cannot be told.</summary>
    public static int? AttemptOf(Run child) =>
        child.IdempotencyKey.Split(':', 4) is ["call", _, var attempt, _] && int.TryParse(attempt, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Key(Guid caller, string place, int attempt)
    {
        var key = $"call:{caller:N}:{attempt}:{place}";
        return key.Length <= LongestKey ? key : $"call:{caller:N}:{attempt}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))}";
    }

    /// <summary>A mail that is handed on whole counts as that mail; anything else is what a run by hand would be given.</summary>
    private static JsonElement InputOf(Run caller, JsonElement input) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty("kind", out var kind) && kind.ValueEquals("mail") && input.TryGetProperty("mail", out _)
            ? input
            : Json.Element(new { kind = "agent", input, caller = new { runId = caller.Id, agentId = caller.AgentId, agentName = caller.AgentName } });
}
