using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>
/// An event that the current version of an agent waits for (table <c>event_listeners</c>), kept beside the definition so that
/// whoever changes something finds out by one index whether to tell of it.
/// </summary>
public sealed class EventListener : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid AgentId { get; init; }
    public required string TriggerId { get; init; }
    /// <summary>One of <see cref="EventNames"/>.</summary>
    public required string Event { get; set; }
    /// <summary>For entity.changed the type it is narrowed to; empty for all.</summary>
    public required string Type { get; set; }
    /// <summary>Why it did not start for the last event it should have, for the agent's page; null when it did.</summary>
    public string? Problem { get; set; }
    public DateTimeOffset? ProblemAt { get; set; }

    /// <summary>Makes an agent's listeners what its definition says, in the transaction that makes the definition current.</summary>
    internal static async Task Renew(BizQDb db, Agent agent, AgentDefinition definition, Ids ids, CancellationToken cancel)
    {
        var known = await db.EventListeners.Where(l => l.AgentId == agent.Id).ToListAsync(cancel);
        var wanted = definition.Triggers.Where(t => t is { Kind: "event", Event: not null }).ToList();
        db.EventListeners.RemoveRange(known.Where(listener => wanted.All(t => t.Id != listener.TriggerId)));
        foreach (var trigger in wanted)
        {
            var type = trigger.Type is { } given ? EntityLimits.NormalType(given) : "";
            if (known.FirstOrDefault(l => l.TriggerId == trigger.Id) is { } listener)
                (listener.Event, listener.Type, listener.Problem, listener.ProblemAt) = (trigger.Event!, type, null, null);
            else
                db.EventListeners.Add(new EventListener { Id = ids.New(), WorkspaceId = agent.WorkspaceId, AgentId = agent.Id, TriggerId = trigger.Id, Event = trigger.Event!, Type = type });
        }
    }
}
