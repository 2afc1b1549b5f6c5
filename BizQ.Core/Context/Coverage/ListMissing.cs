using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The things of a type of which a field is not known, or not freshly: where the map leads to.</summary>
public sealed class ListMissing(BizQDatabase database, TimeProvider clock)
{
    public async Task<Outcome<Page<Entity>>> Run(Actor actor, string type, string field, int? limit, string? cursor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        Guid? after = null;
        if (cursor is { Length: > 0 })
        {
            if (!Guid.TryParse(cursor, out var last))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            after = last;
        }
        var name = EntityLimits.NormalType(type);
        await using var db = database.Open(actor.WorkspaceId);
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        var size = Page<Entity>.Size(limit);
        var things = await ListQuestions.Lacking(db, name, field, catalogue.Of(name)?.LifetimeOf(field), clock.GetUtcNow())
            .Where(e => after == null || e.Id > after).OrderBy(e => e.Id).Take(size + 1).ToListAsync(cancel);
        var page = things.Take(size).ToList();
        await Access.Cover(db, actor, page, cancel);
        return new Page<Entity>(page, things.Count > size ? things[size - 1].Id.ToString() : null);
    }
}
