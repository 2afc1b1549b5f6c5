using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Effects;

/// <param name="State">Only effects that stand there, when given.</param>
public sealed record ListEffectsRequest(EffectState? State = null, Guid? RunId = null, string? Operation = null, int? Limit = null, string? Cursor = null);

/// <summary>The ledger, newest first.</summary>
public sealed class ListEffects(BizQDatabase database)
{
    public async Task<Outcome<Page<Effect>>> Run(Actor actor, ListEffectsRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        var effects = db.Effects.AsNoTracking();
        if (request.State is { } state)
            effects = effects.Where(e => e.State == state);
        if (request.RunId is { } run)
            effects = effects.Where(e => e.RunId == run);
        if (request.Operation is { } operation)
            effects = effects.Where(e => e.Operation == operation);
        if (request.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            effects = effects.Where(e => e.Id < after);
        }
        var size = Page<Effect>.Size(request.Limit);
        var items = await effects.OrderByDescending(e => e.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<Effect>([.. items.Take(size)], items.Count > size ? items[size - 1].Id.ToString() : null);
    }
}
