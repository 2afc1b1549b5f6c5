using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Field">Only of this field; null for all.</param>
/// <param name="AsOf">Only what was believed at this moment; null for everything that was ever said.</param>
public sealed record FactFilter(Guid EntityId, string? Field = null, int? Limit = null, string? Cursor = null, DateTimeOffset? AsOf = null);

/// <summary>Everything that was ever said about an entity, newest first. Facts are never overwritten: an older one names what took its place.</summary>
public sealed class ListFacts(BizQDatabase database)
{
    public async Task<Outcome<Page<Fact>>> Run(Actor actor, FactFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Entities.AnyAsync(e => e.Id == filter.EntityId, cancel))
            return Refusal.NotFound("entity");
        var facts = db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => f.EntityId == filter.EntityId);
        if (filter.Field is { Length: > 0 } field)
            facts = facts.Where(f => f.Field == field);
        if (filter.AsOf is { } moment)
            facts = facts.BelievedAt(moment);
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            facts = facts.Where(f => f.Id < after);
        }
        var size = Page<Fact>.Size(filter.Limit);
        var items = await facts.OrderByDescending(f => f.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<Fact>([.. items.Take(size)], items.Count > size ? items[size - 1].Id.ToString() : null);
    }
}
