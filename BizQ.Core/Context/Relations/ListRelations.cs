using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Whether relations lead away from the entity, to it, or both.</summary>
public enum RelationDirection { Both, Out, In }

/// <param name="Kind">Only of this kind; null for all.</param>
/// <param name="AsOf">What was believed then; null for now.</param>
/// <param name="EndedToo">Also those that hold no more; <paramref name="AsOf"/> is then not looked at.</param>
public sealed record RelationFilter(
    Guid EntityId, RelationDirection Direction = RelationDirection.Both, string? Kind = null, DateTimeOffset? AsOf = null, bool EndedToo = false, int? Limit = null, string? Cursor = null);

/// <param name="Outgoing">The relation leads from the entity asked about to the other.</param>
public sealed record RelatedEntity(Relation Relation, bool Outgoing, Guid OtherId, string OtherType, string OtherName, string? OtherKey);

/// <summary>The relations of one entity, the newest first.</summary>
public sealed class ListRelations(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Page<RelatedEntity>>> Run(Actor actor, RelationFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var id = filter.EntityId;
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Entities.AnyAsync(e => e.Id == id && e.RemovedAt == null, cancel))
            return Refusal.NotFound("entity");
        var relations = filter.Direction switch
        {
            RelationDirection.Out => db.Relations.AsNoTracking().Where(r => r.FromId == id),
            RelationDirection.In => db.Relations.AsNoTracking().Where(r => r.ToId == id),
            _ => db.Relations.AsNoTracking().Where(r => r.FromId == id || r.ToId == id),
        };
        if (!filter.EndedToo)
            relations = relations.HeldAt(filter.AsOf ?? clock.GetUtcNow());
        if (filter.Kind is { Length: > 0 } kind)
            relations = relations.Where(r => r.Kind == kind);
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            relations = relations.Where(r => r.Id < after);
        }
        var size = Page<RelatedEntity>.Size(filter.Limit);
        var found = await relations
            .Join(db.Entities.Where(e => e.RemovedAt == null), r => r.FromId == id ? r.ToId : r.FromId, e => e.Id, (r, e) => new { Relation = r, e.Id, e.Type, e.Name, e.Key })
            .OrderByDescending(r => r.Relation.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<RelatedEntity>(
            [.. found.Take(size).Select(r => new RelatedEntity(r.Relation, r.Relation.FromId == id, r.Id, r.Type, r.Name, r.Key))],
            found.Count > size ? found[size - 1].Relation.Id.ToString() : null);
    }
}
