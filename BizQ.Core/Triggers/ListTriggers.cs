using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>A trigger of an agent and how it does.</summary>
/// <param name="NextAt">When a schedule is due; null for others and while the agent takes no work.</param>
/// <param name="Hook">The address of a webhook, once a secret was made.</param>
/// <param name="Queue">What the broker calls the queue.</param>
/// <param name="Problem">Why the last event it should have started for started nothing.</param>
public sealed record TriggerLine(
    TriggerDefinition Trigger, DateTimeOffset? LastFiredAt, Guid? LastRunId, DateTimeOffset? NextAt,
    HookLine? Hook = null, string? Queue = null, string? Problem = null, DateTimeOffset? ProblemAt = null);

/// <param name="Path">The last part of the address; null where it is the secret and cannot be shown again.</param>
/// <param name="Works">False when the definition asks for another proof than the one there is a secret for, or when the secret cannot be read any more.</param>
public sealed record HookLine(HookAuth Auth, string? Path, bool Works, string MadeByName, DateTimeOffset MadeAt);

/// <summary>What starts an agent, when it last did and when it will.</summary>
public sealed class ListTriggers(BizQDatabase database, VersionTriggers triggers, AgentCatalog catalog, ISealSecrets secrets, TimeProvider clock)
{
    public async Task<Outcome<IReadOnlyList<TriggerLine>>> Run(Actor actor, Guid agentId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        var workspace = await db.Workspaces.AsNoTracking().SingleAsync(w => w.Id == actor.WorkspaceId, cancel);
        var hooks = await db.Hooks.AsNoTracking().Where(h => h.AgentId == agentId).ToListAsync(cancel);
        var listeners = await db.EventListeners.AsNoTracking().Where(l => l.AgentId == agentId).ToListAsync(cancel);
        var lines = new List<TriggerLine>();
        foreach (var trigger in agent.CurrentVersionId is { } version ? await triggers.Of(db, version, cancel) : [])
        {
            var last = await db.Runs.Where(r => r.AgentId == agentId && r.TriggerId == trigger.Id).OrderByDescending(r => r.Id)
                .Select(r => new { r.Id, r.StartedAt }).FirstOrDefaultAsync(cancel);
            var listener = listeners.FirstOrDefault(l => l.TriggerId == trigger.Id);
            lines.Add(new TriggerLine(trigger, last?.StartedAt, last?.Id, Next(agent, trigger, workspace.TimeZone))
            {
                Hook = trigger.Kind == "webhook" && hooks.FirstOrDefault(h => h.TriggerId == trigger.Id) is { } hook ? LineOf(hook, trigger) : null,
                Queue = trigger is { Kind: "queue", Queue: { } queue } ? QueueNames.Of(workspace, queue) : null,
                Problem = listener?.Problem,
                ProblemAt = listener?.ProblemAt,
            });
        }
        return lines;
    }

    private DateTimeOffset? Next(Agent agent, TriggerDefinition trigger, string zone) =>
        agent.Status == AgentStatus.Active && trigger is { Kind: "schedule", Cron: { } cron } ? catalog.NextFiring(cron, trigger.TimeZone ?? zone, clock.GetUtcNow()) : null;

    private HookLine LineOf(Hook hook, TriggerDefinition trigger) => new(
        hook.Auth,
        hook.Path,
        hook.Auth == (trigger.Auth ?? HookAuth.Path) && (hook.SealedKey is null || secrets.Open(hook.SealedKey) is not null),
        hook.MadeByName,
        hook.MadeAt);
}
