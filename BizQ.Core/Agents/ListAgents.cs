using System.Collections.Concurrent;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <param name="Text">Words that the name or the purpose must contain.</param>
/// <param name="Cursor">The id after which the page starts.</param>
public sealed record ListAgentsRequest(string? Text = null, AgentStatus? Status = null, int? Limit = null, string? Cursor = null);

/// <summary>An agent as a list shows it.</summary>
public sealed record AgentRow(Agent Agent, IReadOnlyList<TriggerDefinition> Triggers, AgentHealth Health);

/// <summary>The agents of a workspace, newest first.</summary>
public sealed class ListAgents(BizQDatabase database, TimeProvider clock)
{
    /// <summary>What starts a version. It never changes, so a list that is shown live does not read whole definitions again and again.</summary>
    private readonly ConcurrentDictionary<Guid, IReadOnlyList<TriggerDefinition>> _triggers = new();

    public async Task<Outcome<Page<AgentRow>>> Run(Actor actor, ListAgentsRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        Guid? after = null;
        if (!string.IsNullOrEmpty(request.Cursor))
        {
            if (!Guid.TryParse(request.Cursor, out var cursor))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list of agents gave out. Start again without it.");
            after = cursor;
        }
        var size = Page<AgentRow>.Size(request.Limit);
        await using var db = database.Open(actor.WorkspaceId);
        var agents = await Narrow(db, request, after).OrderByDescending(a => a.Id).Take(size + 1).ToListAsync(cancel);
        var shown = agents.Take(size).ToList();
        await ReadTriggers(db, [.. shown.Select(a => a.CurrentVersionId).OfType<Guid>().Where(version => !_triggers.ContainsKey(version))], cancel);
        var health = await AgentHealth.Of(db, [.. shown.Select(a => a.Id)], clock.GetUtcNow(), cancel);
        var rows = shown.Select(a => new AgentRow(a, _triggers.GetValueOrDefault(a.CurrentVersionId ?? Guid.Empty, []), health[a.Id])).ToList();
        return new Page<AgentRow>(rows, agents.Count > size ? rows[^1].Agent.Id.ToString() : null);
    }

    private async Task ReadTriggers(BizQDb db, List<Guid> versions, CancellationToken cancel)
    {
        if (versions.Count == 0)
            return;
        foreach (var version in await db.AgentVersions.AsNoTracking().Where(v => versions.Contains(v.Id)).Select(v => new { v.Id, v.Definition }).ToListAsync(cancel))
            _triggers[version.Id] = Json.Read<AgentDefinition>(version.Definition)?.Triggers ?? [];
    }

    private static IQueryable<Agent> Narrow(BizQDb db, ListAgentsRequest request, Guid? after)
    {
        var agents = db.Agents.AsNoTracking();
        if (after is { } cursor)
            agents = agents.Where(a => a.Id < cursor);
        if (request.Status is { } status)
            agents = agents.Where(a => a.Status == status);
        foreach (var word in (request.Text ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(8))
#pragma warning disable CA1304, CA1311, CA1862 // This becomes SQL, where lower() has no culture.
            agents = agents.Where(a => a.Name.ToLower().Contains(word) || a.Purpose.ToLower().Contains(word));
#pragma warning restore CA1304, CA1311, CA1862
        return agents;
    }
}
