using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Validation;

namespace BizQ.Core.Approvals;

/// <summary>Words a request for a decision so that a person knows at a glance what it is about and why they are asked.</summary>
public static class AskPerson
{
    /// <summary>May this be done?</summary>
    public static Approval About(Effect effect, OperationDescription? operation, string agentName, IReadOnlyList<Finding> findings, DateTimeOffset now, Ids ids) =>
        Make(effect, ApprovalKind.Effect, agentName, Title(effect, operation), Why(findings), now, ids);

    /// <summary>Was this done? Or, where it certainly was not: should it be tried again?</summary>
    public static Approval AboutOutcome(Effect effect, OperationDescription? operation, string agentName, string why, DateTimeOffset now, Ids ids) =>
        Make(effect, ApprovalKind.Uncertain, agentName, $"{(effect.State == EffectState.Failed ? "Not done" : "Perhaps done")}: {Title(effect, operation)}", why, now, ids);

    /// <summary>A step has failed: try again, go on without it, or stop?</summary>
    public static Approval AboutFailure(Run run, RunStep step, JsonElement? value, Guid id, DateTimeOffset now) => new()
    {
        Id = id,
        WorkspaceId = run.WorkspaceId,
        Kind = ApprovalKind.Failure,
        RunId = run.Id,
        AgentId = run.AgentId,
        AgentName = run.AgentName,
        NodeId = step.NodeId,
        Title = $"{step.Title ?? step.NodeId} failed",
        Why = step.Error is { } error && error.TryGetProperty("message", out var message) ? message.ToString() : "It did not say why.",
        Shown = Json.Element(new { step = step.NodeId, error = step.Error, input = Shown(step.Input), valueToGoOnWith = value }),
        RequestedAt = now,
    };

    /// <summary>Nobody reads megabytes to decide; the step has them.</summary>
    private static JsonElement? Shown(JsonElement? input) =>
        ArchivedJson.LargeBytes(input) is > 0 and var bytes ? Json.Element($"{bytes:N0} bytes; see the step.") : input;

    private static Approval Make(Effect effect, ApprovalKind kind, string agentName, string title, string why, DateTimeOffset now, Ids ids) => new()
    {
        Id = ids.New(),
        WorkspaceId = effect.WorkspaceId,
        Kind = kind,
        RunId = effect.RunId,
        AgentId = effect.AgentId,
        AgentName = agentName,
        NodeId = effect.NodeId,
        EffectId = effect.Id,
        Title = title,
        Why = why,
        Hash = effect.Hash,
        RequestedAt = now,
    };

    private static string Title(Effect effect, OperationDescription? operation)
    {
        var message = OutgoingMessage.Of(JsonElement.Parse(effect.Arguments));
        if (message?.Subject is { Length: > 0 } subject)
            return subject;
        var title = operation?.Title ?? effect.Operation;
        return effect.Target is null ? title : $"{title}: {effect.Target}";
    }

    /// <summary>What the checks saw comes before the rule that a person is always asked.</summary>
    private static string Why(IReadOnlyList<Finding> findings)
    {
        var open = findings.Where(finding => finding.Verdict == Verdict.Review).ToList();
        var concerns = open.Where(Concerns.IsConcern).ToList();
        return concerns.Count switch
        {
            0 => open.Select(finding => finding.Message).FirstOrDefault() ?? "A person decides.",
            1 => concerns[0].Message,
            _ => $"{concerns[0].Message} {concerns.Count - 1} more to look at.",
        };
    }
}

/// <summary>What tells a proposal that needs a close look from one that is only asked about by rule.</summary>
public static class Concerns
{
    /// <summary>A review that is not merely the policy to ask.</summary>
    public static bool IsConcern(Finding finding) => finding.Verdict == Verdict.Review && finding.Check != "autonomy";

    public static int Count(JsonElement? findings) => Read(findings).Count(IsConcern);

    public static IReadOnlyList<Finding> Read(JsonElement? findings) =>
        findings is { ValueKind: JsonValueKind.Array } list ? Json.Read<List<Finding>>(list)! : [];
}
