using System.Collections.Concurrent;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace BizQ.Core.Context;

/// <summary>Looks whether what an agent needs is known, fresh, undisputed and, where it must be, verified.</summary>
public sealed class CheckNeeds : IDisposable
{
    /// <summary>What was judged a minute ago may have gone stale meanwhile, though nothing was written.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Where this much is known, one more thing does not turn a verdict, and counting takes a while.</summary>
    private const long Many = 20_000;

    private static readonly TimeSpan AtLeastForMany = TimeSpan.FromSeconds(10);

    private const int MostKept = 1000;

    private readonly BizQDatabase _database;
    private readonly TimeProvider _clock;
    private readonly IDisposable _listening;
    private readonly MemoryCache _judged = new(new MemoryCacheOptions { SizeLimit = MostKept });

    // How often the knowledge of a workspace has changed since the start; one number for each workspace.
    private readonly ConcurrentDictionary<Guid, long> _changes = new();
    private long _everywhere;

    public CheckNeeds(BizQDatabase database, ChangeFeed changes, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        _listening = changes.SubscribeAll(change =>
        {
            if (change.MayBeAnything)
                Interlocked.Increment(ref _everywhere);
            else if (change.Room == "context")
                _changes.AddOrUpdate(change.WorkspaceId, 1, (_, before) => before + 1);
        });
    }

    /// <summary>Before each run of a version: kept as long as nothing it rests on has changed.</summary>
    public async Task<NeedsVerdict> Before(Actor agent, Guid versionId, IReadOnlyList<NeedDefinition> needs, CancellationToken cancel)
    {
        var (state, now) = ((_changes.GetValueOrDefault(agent.WorkspaceId), Interlocked.Read(ref _everywhere)), _clock.GetUtcNow());
        // The same version reads less where an agent that may read less has called it.
        var key = (versionId, string.Join('\n', agent.Reads));
        if (_judged.Get<Kept>(key) is { } kept && now - kept.At < Longest && (kept.State == state || (kept.Large && now - kept.At < AtLeastForMany)))
            return kept.Verdict;
        await using var db = _database.Open(agent.WorkspaceId);
        var verdict = await Judge(db, agent, needs, now, cancel);
        _judged.Set(key, new Kept(verdict, state, now, verdict.Measures.Expected > Many), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Longest });
        return verdict;
    }

    /// <summary>For people: the agent as it runs now.</summary>
    public async Task<Outcome<NeedsVerdict>> OfAgent(Actor actor, Guid agentId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = _database.Open(actor.WorkspaceId);
        var found = await (from agent in db.Agents.AsNoTracking()
                           join version in db.AgentVersions.AsNoTracking() on agent.CurrentVersionId equals version.Id
                           where agent.Id == agentId
                           select new { agent.Id, agent.Name, version.Definition }).FirstOrDefaultAsync(cancel);
        if (found is null)
            return Refusal.NotFound("agent");
        var definition = Json.Read<AgentDefinition>(found.Definition)!;
        return await Judge(db, ActorOf(actor.WorkspaceId, found.Id, definition), definition.Needs, _clock.GetUtcNow(), cancel);
    }

    /// <summary>The agent as who it asks what is known.</summary>
    public static Actor ActorOf(Guid workspaceId, Guid agentId, AgentDefinition agent) =>
        new(workspaceId, ActorKind.Agent, agentId, agent.Name, new HashSet<Permission> { Permission.View }) { Reads = agent.Permissions.Context };

    public void Dispose()
    {
        _listening.Dispose();
        _judged.Dispose();
    }

    internal static async Task<NeedsVerdict> Judge(BizQDb db, Actor agent, IReadOnlyList<NeedDefinition> needs, DateTimeOffset now, CancellationToken cancel)
    {
        if (needs.Count == 0)
            return NeedsVerdict.NothingNeeded;
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        var things = needs.Where(n => !IsDocument(n)).ToList();
        var types = things.Select(n => EntityLimits.NormalType(n.Type)).Distinct().ToList();
        var counts = types.Count == 0 ? null : await FactCounts.Of(db, types, Lifetimes(things, catalogue), await Access.Unreadable(db, agent, cancel), now, cancel);
        List<NeedVerdict> verdicts = [];
        foreach (var need in needs)
            verdicts.Add(IsDocument(need) ? await OfDocuments(db, agent, need, now, cancel) : JudgeNeed.Of(need, catalogue.Of(EntityLimits.NormalType(need.Type)), counts!));
        return NeedsVerdict.Of(verdicts);
    }

    /// <summary>What the type says, or less where a need is stricter.</summary>
    private static Dictionary<(string, string), TimeSpan> Lifetimes(List<NeedDefinition> needs, TypeCatalogue catalogue)
    {
        Dictionary<(string, string), TimeSpan> lifetimes = [];
        foreach (var need in needs)
        {
            var (name, type) = (EntityLimits.NormalType(need.Type), catalogue.Of(EntityLimits.NormalType(need.Type)));
            foreach (var field in JudgeNeed.FieldsOf(need, type))
            {
                var asked = new[] { type?.LifetimeOf(field), need.MaxAgeDays is { } days ? TimeSpan.FromDays(days) : null, lifetimes.TryGetValue((name, field), out var before) ? before : null };
                if (asked.Min() is { } shortest)
                    lifetimes[(name, field)] = shortest;
            }
        }
        return lifetimes;
    }

    private static async Task<NeedVerdict> OfDocuments(BizQDb db, Actor agent, NeedDefinition need, DateTimeOffset now, CancellationToken cancel)
    {
        var documents = db.Documents.ReadableBy(db, agent).Where(d => d.State == DocumentState.Ready && d.RemovedAt == null && d.ReplacedBy == null);
        var count = await documents.LongCountAsync(cancel);
        var since = need.MaxAgeDays is { } days ? now.AddDays(-days) : DateTimeOffset.MinValue;
        return JudgeNeed.OfDocuments(need, count, count == 0 || need.MaxAgeDays is null ? count : await documents.LongCountAsync(d => d.CreatedAt >= since, cancel));
    }

    private static bool IsDocument(NeedDefinition need) => need.Type.Trim().Equals(Access.Documents, StringComparison.OrdinalIgnoreCase);

    private sealed record Kept(NeedsVerdict Verdict, (long, long) State, DateTimeOffset At, bool Large);
}
