using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Agents;

/// <param name="AgentId">Null for a new agent.</param>
/// <param name="Definition">The whole document.</param>
/// <param name="ExpectedVersion">The agent's version the change was made from (its ETag); null to save whatever happened meanwhile.</param>
public sealed record SaveAgentRequest(Guid? AgentId, JsonElement Definition, string? Note = null, int? ExpectedVersion = null);

/// <param name="IsNew">False when this version was there already.</param>
public sealed record SavedAgent(Agent Agent, AgentVersion Version, bool IsNew = true);

/// <summary>Makes an agent, or an immutable next version of one, and lets that version run from now on. Saving what is there already changes nothing.</summary>
public sealed class SaveAgent(BizQDatabase database, CheckDefinition check, Ids ids, TimeProvider clock)
{
    // Whoever loses tries the next number, so numbers have no gaps; each lost race is somebody else's save that went through,
    // so it takes this many people saving in the same instant to fail.
    private const int Attempts = 50;

    private const int LongestNote = 500;

    public async Task<Outcome<SavedAgent>> Run(Actor actor, SaveAgentRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        if (request.Note?.Length > LongestNote)
            return Refusal.Invalid("noteTooLong", $"The note has {request.Note.Length} characters; {LongestNote} are the most.", new Problem("/note", "Shorten it."));
        var good = check.Of(request.Definition);
        if (good.Refusal is { } refusal)
            return refusal;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(actor, request, good.Value, cancel);
            }
            catch (DbUpdateException problem) when (attempt < Attempts && (problem is DbUpdateConcurrencyException || problem.IsUniqueViolation()))
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
            return new Refusal(RefusalKind.Conflict, "nameTaken", $"Another agent here is called {definition.Name}. Choose another name.", [new Problem("/name", "This name is taken.")]);
        var agent = request.AgentId is { } id ? await db.Agents.FirstOrDefaultAsync(a => a.Id == id, cancel) : Add(db, actor, definition);
        if (agent is null)
            return Refusal.NotFound("agent");
        if (request.ExpectedVersion is { } expected && request.AgentId is not null && expected != agent.Version)
            return await Changed(db, agent, cancel);
        if (agent.Status == AgentStatus.Retired)
            return Refusal.Conflict("agentRetired", $"{agent.Name} is retired; its definition stays as it is. Make a new agent from it instead.");
        // Over the canonical text, so that spacing and order make no difference.
        var text = CanonicalJson.Of(good.Document) is { Ok: true } canonical ? canonical.Value : good.Document.GetRawText();
        var hash = Archive.HashOf(System.Text.Encoding.UTF8.GetBytes(text));
        var current = await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == agent.CurrentVersionId, cancel);
        if (current?.Hash == hash)
            return new SavedAgent(agent, current, IsNew: false);
        var last = await db.AgentVersions.Where(v => v.AgentId == agent.Id).MaxAsync(v => (int?)v.Number, cancel) ?? 0;
        var version = new AgentVersion
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            AgentId = agent.Id,
            Number = last + 1,
            Definition = good.Document,
            Hash = hash,
            Note = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim(),
            CreatedByName = actor.Name,
            CreatedAt = clock.GetUtcNow(),
        };
        db.AgentVersions.Add(version);
        (agent.Name, agent.Purpose, agent.Type) = (definition.Name, definition.Purpose, definition.Type);
        (agent.CurrentVersionId, agent.CurrentVersionNumber, agent.UpdatedAt) = (version.Id, version.Number, clock.GetUtcNow());
        await EventListener.Renew(db, agent, definition, ids, cancel);
        await db.SaveChangesAsync(cancel);
        return new SavedAgent(agent, version);
    }

    private static async Task<Refusal> Changed(BizQDb db, Agent agent, CancellationToken cancel)
    {
        var last = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agent.Id).OrderByDescending(v => v.Number)
            .Select(v => new { v.Number, v.CreatedByName }).FirstOrDefaultAsync(cancel);
        var saved = last is null ? "" : $" The newest version is {last.Number}, saved by {last.CreatedByName}.";
        return Refusal.Stale("agentChanged", $"{agent.Name} was changed after you read it.{saved} Look at it, then decide what to save.");
    }

    private Agent Add(BizQDb db, Actor actor, AgentDefinition definition)
    {
        var now = clock.GetUtcNow();
        var agent = new Agent { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Name = definition.Name, Purpose = definition.Purpose, CreatedAt = now, UpdatedAt = now };
        db.Agents.Add(agent);
        return agent;
    }
}
