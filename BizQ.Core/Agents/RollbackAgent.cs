using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <param name="Version">The number of the version to run again; the one before the current one when left out.</param>
/// <param name="ExpectedVersion">The agent's version the decision was made from (its ETag); null to roll back whatever happened meanwhile.</param>
public sealed record RollbackRequest(Guid AgentId, int? Version = null, int? ExpectedVersion = null);

/// <summary>Makes an older version the current one again. Runs that have begun keep the version they began with.</summary>
public sealed class RollbackAgent(BizQDatabase database, CheckDefinition check, Ids ids, TimeProvider clock)
{
    public async Task<Outcome<Agent>> Run(Actor actor, RollbackRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.FirstOrDefaultAsync(a => a.Id == request.AgentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        if (request.ExpectedVersion is { } expected && expected != agent.Version)
            return Meanwhile(agent.Name);
        var number = request.Version ?? agent.CurrentVersionNumber - 1;
        if (number < 1 && request.Version is null)
            return Refusal.Conflict("noEarlierVersion", $"{agent.Name} runs its first version; there is none before it to go back to.");
        if (await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.AgentId == agent.Id && v.Number == number, cancel) is not { } version)
            return new Refusal(RefusalKind.NotFound, "notFound", $"{agent.Name} has no version {number}. Its newest is {await db.AgentVersions.Where(v => v.AgentId == agent.Id).MaxAsync(v => v.Number, cancel)}.");
        // What was right once may name a tool that is gone: it would fail in its first run instead of here.
        var read = check.Of(version.Definition);
        if (read.Refusal is { } refusal)
            return refusal with { Message = $"Version {number} can no longer be used as it is. {refusal.Message} Correct it in the editor and save it as a new version." };
        var definition = read.Value.Definition;
        if (await db.Agents.AnyAsync(a => a.Name == definition.Name && a.Id != agent.Id, cancel))
            return NameTaken(number, definition.Name);
        (agent.CurrentVersionId, agent.CurrentVersionNumber, agent.UpdatedAt) = (version.Id, version.Number, clock.GetUtcNow());
        (agent.Name, agent.Purpose, agent.Type) = (definition.Name, definition.Purpose, definition.Type);
        await EventListener.Renew(db, agent, definition, ids, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Meanwhile(agent.Name);
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            return NameTaken(number, definition.Name);
        }
        return agent;
    }

    private static Refusal NameTaken(int number, string name) =>
        Refusal.Conflict("nameTaken", $"Version {number} is called {name}, and another agent has that name now. Rename one of them first.");

    private static Refusal Meanwhile(string name) =>
        Refusal.Stale("agentChanged", $"{name} was changed in the meantime. Look at it again, then roll back if you still want to.");
}
