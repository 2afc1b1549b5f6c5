using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <param name="AgentId">Null for a new agent.</param>
/// <param name="Definition">The whole document.</param>
/// <param name="ExpectedVersion">The agent's version the change was made from (its ETag); null to save whatever happened meanwhile.</param>
public sealed record SaveAgentRequest(Guid? AgentId, JsonElement Definition, string? Note = null, int? ExpectedVersion = null);

public sealed record SavedAgent(Agent Agent, AgentVersion Version);

/// <summary>Makes an agent, or an immutable next version of one, and lets that version run from now on. Saving what is there already changes nothing.</summary>
public sealed class SaveAgent(BizQDatabase database, CheckDefinition check, Ids ids, TimeProvider clock)
{
    // Two people may save at once without asking for a version; numbers stay without gaps because the loser tries the next one.
    private const int Attempts = 5;

    public async Task<Outcome<SavedAgent>> Run(Actor actor, SaveAgentRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        var good = await check.Of(request.Definition);
        if (good.Refusal is { } refusal)
            return refusal;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(actor, request, good.Value, cancel);
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                // Somebody saved this agent, or one of this name, a moment earlier: look again.
            }
        }
    }

    private async Task<Outcome<SavedAgent>> Once(Actor actor, SaveAgentRequest request, CheckedDefinition good, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var definition = good.Definition;
        if (await db.Agents.AnyAsync(a => a.Name == definition.Name && a.Id != request.AgentId, cancel))
            return Refusal.Conflict("nameTaken", $"Another agent here is called {definition.Name}. Choose another name.");
        var agent = request.AgentId is { } id ? await db.Agents.FirstOrDefaultAsync(a => a.Id == id, cancel) : Add(db, actor, definition);
        if (agent is null)
            return Refusal.NotFound("agent");
        if (request.ExpectedVersion is { } expected && request.AgentId is not null && expected != agent.Version)
            return Refusal.Conflict("agentChanged", "Somebody saved this agent after you opened it. Look at their version, then save again; your text is still here.");
        var text = good.Document.GetRawText();
        var hash = Archive.HashOf(System.Text.Encoding.UTF8.GetBytes(text));
        var current = await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == agent.CurrentVersionId, cancel);
        if (current?.Hash == hash)
            return new SavedAgent(agent, current);
        var last = await db.AgentVersions.Where(v => v.AgentId == agent.Id).MaxAsync(v => (int?)v.Number, cancel) ?? 0;
        var version = new AgentVersion
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            AgentId = agent.Id,
            Number = last + 1,
            Definition = good.Document,
            Hash = hash,
            Note = request.Note,
            CreatedByName = actor.Name,
            CreatedAt = clock.GetUtcNow(),
        };
        db.AgentVersions.Add(version);
        (agent.Name, agent.Purpose, agent.Type) = (definition.Name, definition.Purpose, definition.Type);
        (agent.CurrentVersionId, agent.CurrentVersionNumber, agent.UpdatedAt) = (version.Id, version.Number, clock.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        return new SavedAgent(agent, version);
    }

    private Agent Add(BizQDb db, Actor actor, AgentDefinition definition)
    {
        var now = clock.GetUtcNow();
        var agent = new Agent { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Name = definition.Name, Purpose = definition.Purpose, CreatedAt = now, UpdatedAt = now };
        db.Agents.Add(agent);
        return agent;
    }
}
