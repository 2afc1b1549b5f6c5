using System.Globalization;
using BizQ.Core.Agents;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>How it showed that something is not known: an agent needed it, a search found nothing, a model could not answer well, or what was used had expired.</summary>
public enum GapKind { Need, Search, Answer, Expired }

/// <summary><c>Asked</c>: somebody has been asked. <c>Filled</c>: it is known now. <c>Dismissed</c>: it need not be known.</summary>
public enum GapState { Open, Asked, Filled, Dismissed }

/// <summary>
/// Something the business ought to know and does not (table <c>context_gaps</c>). What is missed for the same reason is one gap,
/// counted by how often it was really missed.
/// </summary>
public sealed class Gap : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required GapKind Kind { get; init; }
    /// <summary>What tells gaps apart; unique in the workspace.</summary>
    public required string Cluster { get; init; }
    /// <summary>What is missing, as a sentence.</summary>
    public required string Title { get; set; }
    /// <summary>The entity type; null for what nobody has found in any.</summary>
    public string? Type { get; init; }
    public string? Field { get; init; }
    /// <summary>Runs and searches that missed it.</summary>
    public int Misses { get; set; }
    public required DateTimeOffset FirstAt { get; init; }
    public required DateTimeOffset LastAt { get; set; }
    public Guid? LastRunId { get; set; }
    public GapState State { get; set; }
    public Guid? OwnerId { get; set; }
    public string? OwnerName { get; set; }
    public DateOnly? DueOn { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public int Version { get; set; } = 1;

    /// <summary>What has to be known for it to be filled.</summary>
    internal NeedDefinition Need()
    {
        var strictness = Cluster.Split(':') is [_, _, var last] ? last : "";
        return new NeedDefinition(
            Type!, Field is { } field ? [field] : [],
            strictness.EndsWith('d') && int.TryParse(strictness[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0 ? days : null,
            Verified: strictness == "verified");
    }
}

/// <summary>An agent that has missed it (table <c>context_gap_agents</c>).</summary>
public sealed class GapAgent : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid GapId { get; init; }
    public required Guid AgentId { get; init; }
    public required string AgentName { get; set; }
    public int Misses { get; set; }
}

/// <summary>Something was missed once.</summary>
/// <param name="RunId">The run that missed it: told again by the same run, it was missed once.</param>
public sealed record Miss(GapKind Kind, string Cluster, string Title, string? Type = null, string? Field = null, Guid? RunId = null, Guid? AgentId = null, string? AgentName = null)
{
    /// <summary>What an agent needs and does not have: a gap for each field, or one for a type of which nothing is known.</summary>
    public static IEnumerable<Miss> Of(NeedVerdict verdict, Guid? runId, Guid agentId, string agentName)
    {
        var type = EntityLimits.NormalType(verdict.Need.Type);
        if (verdict.State == NeedState.Met)
            return [];
        var fields = verdict.Fields.Where(f => f.State != NeedState.Met && f.Field != Access.Documents).ToList();
        return fields.Count == 0
            ? [new Miss(GapKind.Need, $"need:{type}", verdict.Says, type, null, runId, agentId, agentName)]
            : fields.Select(f => new Miss(
                f.State == NeedState.Stale ? GapKind.Expired : GapKind.Need, $"need:{type}.{f.Field}{Strictness(verdict.Need, f.State)}", TitleOf(type, f), type, f.Field, runId, agentId, agentName));
    }

    /// <summary>An agent has used what had not been confirmed for too long.</summary>
    public static Miss Used(string type, Doubt doubt, Guid runId, Actor agent) => new(
        GapKind.Expired, $"need:{type}.{doubt.Field}", $"{EntityText.Words(type)}: {EntityText.Words(doubt.Field).ToLowerInvariant()} has not been confirmed for too long", type, doubt.Field, runId, agent.Id, agent.Name);

    /// <summary>What is known well enough for one agent may not be for another, and only that other misses it.</summary>
    private static string Strictness(NeedDefinition need, NeedState state) => state switch
    {
        NeedState.Stale when need.MaxAgeDays is { } days => string.Create(CultureInfo.InvariantCulture, $":{days}d"),
        NeedState.Unverified => ":verified",
        _ => "",
    };

    private static string TitleOf(string type, FieldVerdict field) => $"{EntityText.Words(type)}: {EntityText.Words(field.Field).ToLowerInvariant()} " + field.State switch
    {
        NeedState.Stale => "has not been confirmed for too long",
        NeedState.Disputed => "is contradicted by another source",
        NeedState.Unverified => "is verified by nobody",
        _ => "is not known",
    };
}
