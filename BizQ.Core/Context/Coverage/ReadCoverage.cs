using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>How well an agent is provided for.</summary>
public sealed record AgentCoverage(Guid AgentId, string Name, NeedsVerdict Verdict);

public sealed record Coverage(Measures Measures, IReadOnlyList<CategoryCoverage> Categories, IReadOnlyList<AgentCoverage> Agents, IReadOnlyList<CoveragePoint> History);

/// <summary>
/// How much of what agents and people need to know is known, fresh, undisputed and verified. Expected are the required fields of each
/// thing there is; of a category in which nothing is known, those of its first type; and what agents say they need.
/// </summary>
public sealed class ReadCoverage(BizQDatabase database, CheckNeeds needs, KeepCoverage keep, TimeProvider clock)
{

    private const int DaysShown = 365;

    public async Task<Outcome<Coverage>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        var now = clock.GetUtcNow();
        var agents = await KnownNeeds.Load(db, cancel);
        var categories = await Categories(db, await Access.Unreadable(db, actor, cancel), agents, now, cancel);
        List<AgentCoverage> judged = [];
        foreach (var (id, version, definition) in agents)
            judged.Add(new AgentCoverage(id, definition.Name, await needs.Before(CheckNeeds.ActorOf(actor.WorkspaceId, id, definition), version, definition.Needs, cancel)));
        var whole = categories.Aggregate(default(Measures), (sum, one) => sum + one.Measures);
        await keep.Today(db, categories, cancel);
        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-DaysShown);
        var history = await db.CoveragePoints.AsNoTracking().Where(p => p.Day >= since).OrderBy(p => p.Day).Take(DaysShown * 20).ToListAsync(cancel);
        return new Coverage(whole, categories, judged, history);
    }

    private static async Task<List<CategoryCoverage>> Categories(BizQDb db, IReadOnlySet<Guid> withheld, IReadOnlyList<KnownNeeds> agents, DateTimeOffset now, CancellationToken cancel)
    {
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        var needed = agents.SelectMany(a => a.Definition.Needs).ToLookup(n => EntityLimits.NormalType(n.Type));
        var lifetimes = catalogue.All.SelectMany(t => t.Volatile.Select(v => (Key: (t.Name, v.Field), Life: TimeSpan.FromDays(v.Days)))).ToDictionary(v => v.Key, v => v.Life);
        var counts = await FactCounts.Of(db, null, lifetimes, withheld, now, cancel);
        return [.. catalogue.All.GroupBy(t => t.Category).Select(category => new CategoryCoverage(category.Key, [.. category
            .Where((type, place) => counts.ThingsOf(type.Name) > 0 || needed.Contains(type.Name) || (place == 0 && category.All(t => counts.ThingsOf(t.Name) == 0)))
            .Select(type => OfType(type, needed[type.Name], counts))]))];
    }

    private static TypeCoverage OfType(EntityTypeDefinition type, IEnumerable<NeedDefinition> needs, FactCounts counts)
    {
        var things = counts.ThingsOf(type.Name);
        var fields = type.Required.Union(needs.SelectMany(n => n.Fields ?? []), StringComparer.Ordinal);
        return new TypeCoverage(type.Name, things == 1 ? type.Title : type.Plural, things, [.. fields.Select(field => new FieldCoverage(field, counts.Of(type.Name, field).Of(Math.Max(things, 1))))]);
    }
}
