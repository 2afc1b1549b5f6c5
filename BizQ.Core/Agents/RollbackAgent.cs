using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <summary>Makes an older version the current one again. Runs that have begun keep the version they began with.</summary>
public sealed class RollbackAgent(BizQDatabase database, CheckDefinition check, TimeProvider clock)
{
    public async Task<Outcome<Agent>> Run(Actor actor, Guid agentId, int versionNumber, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        if (expectedVersion is { } expected && expected != agent.Version)
            return Meanwhile(agent.Name);
        if (await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.AgentId == agentId && v.Number == versionNumber, cancel) is not { } version)
            return new Refusal(RefusalKind.NotFound, "notFound", $"{agent.Name} has no version {versionNumber}. Its newest is {await db.AgentVersions.Where(v => v.AgentId == agentId).MaxAsync(v => v.Number, cancel)}.");
        // What was right once may name a tool that is gone: it would fail in its first run instead of here.
        var read = check.Of(version.Definition);
        if (read.Refusal is { } refusal)
            return refusal with { Message = $"Version {versionNumber} can no longer be used as it is. {refusal.Message} Correct it in the editor and save it as a new version." };
        var definition = read.Value.Definition;
        if (await db.Agents.AnyAsync(a => a.Name == definition.Name && a.Id != agentId, cancel))
            return Refusal.Conflict("nameTaken", $"Version {versionNumber} is called {definition.Name}, and another agent has that name now. Rename one of them first.");
        (agent.CurrentVersionId, agent.CurrentVersionNumber, agent.UpdatedAt) = (version.Id, version.Number, clock.GetUtcNow());
        (agent.Name, agent.Purpose, agent.Type) = (definition.Name, definition.Purpose, definition.Type);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Meanwhile(agent.Name);
        }
        return agent;
    }

    private static Refusal Meanwhile(string name) =>
        Refusal.Conflict("agentChanged", $"{name} was changed in the meantime. Look at it again, then roll back if you still want to.");
}
