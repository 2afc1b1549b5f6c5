using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Web.Api;

namespace BizQ.Web.Agents;

/// <summary>An agent as the API says it. The definition is left out of lists; <paramref name="Etag"/> is what If-Match takes.</summary>
public sealed record AgentView(
    Guid Id, string Name, string Purpose, string Type, AgentStatus Status, int VersionNumber, Guid? VersionId, JsonElement? Definition, string Etag,
    IReadOnlyList<TriggerDefinition>? Triggers, AgentHealth? Health, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static AgentView Of(AgentRow row) => Of(row.Agent, null, row.Health, row.Triggers);

    public static AgentView Of(Agent agent, AgentVersion? version, AgentHealth? health = null, IReadOnlyList<TriggerDefinition>? triggers = null) => new(
        agent.Id, agent.Name, agent.Purpose, agent.Type, agent.Status, agent.CurrentVersionNumber, agent.CurrentVersionId, version?.Definition,
        Etags.Of(agent.Version), triggers, health, agent.CreatedAt, agent.UpdatedAt);
}

/// <summary>What is wrong with a definition; empty when it could be saved.</summary>
public sealed record CheckedView(IReadOnlyList<Problem> Errors);

/// <summary>How an agent is doing.</summary>
public sealed record AgentStatusView(
    Guid Id, string Name, AgentStatus Status, int VersionNumber, int Days, int Runs, int Succeeded, int Failed, int Going, int WaitingApprovals,
    double? SuccessRate, DateTimeOffset? LastRunAt, RunStatus? LastRunStatus)
{
    public static AgentStatusView Of(AgentDetail detail) => new(
        detail.Agent.Id, detail.Agent.Name, detail.Agent.Status, detail.Agent.CurrentVersionNumber, AgentHealth.Days, detail.Health.Runs, detail.Health.Succeeded,
        detail.Health.Failed, detail.Health.Going, detail.Health.WaitingApprovals, detail.Health.SuccessRate, detail.Health.LastRunAt, detail.Health.LastRunStatus);
}

/// <summary>One version with its whole definition.</summary>
public sealed record VersionView(Guid Id, Guid AgentId, int Number, JsonElement Definition, string Hash, string? Note, string CreatedByName, DateTimeOffset CreatedAt)
{
    public static VersionView Of(AgentVersion version) =>
        new(version.Id, version.AgentId, version.Number, version.Definition, version.Hash, version.Note, version.CreatedByName, version.CreatedAt);
}
