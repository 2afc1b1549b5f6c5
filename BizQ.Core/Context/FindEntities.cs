using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Entities of a type ("*" for all), newest first.</summary>
/// <param name="Where">A top-level field, or "key", that must equal a text, without regard to case; all must hold.</param>
/// <param name="Text">Words to search in them; the best come first then.</param>
public sealed record FindEntitiesRequest(
    string Type,
    IReadOnlyDictionary<string, string>? Where = null,
    string? Text = null,
    int? Limit = null,
    string? Cursor = null)
{
    /// <summary>The text is being typed: its last word may be unfinished.</summary>
    public bool Typing { get; init; }

    /// <summary>Entities of one page where more than a list's are wanted: for an export.</summary>
    internal int? Batch { get; init; }

    /// <summary>As they were believed to be at this moment; null for now.</summary>
    public DateTimeOffset? AsOf { get; init; }
}

/// <summary>Finds the things the business knows of. Removed ones are not found.</summary>
public sealed class FindEntities(BizQDatabase database, SearchContext search)
{
    public async Task<Outcome<Page<Entity>>> Run(Actor actor, FindEntitiesRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var type = EntityLimits.NormalType(request.Type);
        await using var db = database.Open(actor.WorkspaceId);
        if (request.AsOf is not null && !string.IsNullOrWhiteSpace(request.Text))
            return Refusal.Invalid("asOfWithWords", "Words are looked up in what is known now. Ask for a moment without words: by type, key and fields.");
        var matching = Matching(db, actor, type, request.Where, request.AsOf);
        var found = string.IsNullOrWhiteSpace(request.Text)
            ? await Newest(db, actor, matching, request, cancel)
            : await Best(actor, matching, type, request, cancel);
        if (found.Ok)
            await Access.Cover(db, actor, found.Value.Items, cancel);
        return found;
    }

    private static IQueryable<Entity> Matching(BizQDb db, Actor actor, string type, IReadOnlyDictionary<string, string>? where, DateTimeOffset? asOf)
    {
        var entities = asOf is { } moment ? db.Entities.AsNoTracking().ThereAt(db, moment) : db.Entities.AsNoTracking().Where(e => e.RemovedAt == null);
        var facts = (asOf is { } then ? db.Facts.BelievedAt(then) : db.Facts.Where(f => f.SupersededBy == null)).ReadableBy(db, actor);
        if (type != "*")
            entities = entities.Where(e => e.Type == type);
        foreach (var (field, text) in where ?? new Dictionary<string, string>())
        {
            var lookup = Lookup.Of(text);
            entities = lookup is null ? entities.Where(e => false)
                : field == "key" ? entities.Where(e => e.LookupKey == lookup)
                : entities.Where(e => facts.Where(f => f.Field == field && f.Lookup == lookup).Select(f => f.EntityId).Contains(e.Id));
        }
        return entities;
    }

    private static async Task<Outcome<Page<Entity>>> Newest(BizQDb db, Actor actor, IQueryable<Entity> matching, FindEntitiesRequest request, CancellationToken cancel)
    {
        if (request.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var after))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            matching = matching.Where(e => e.Id < after);
        }
        var size = request.Batch ?? Page<Entity>.Size(request.Limit);
        var items = await matching.OrderByDescending(e => e.Id).Take(size + 1).ToListAsync(cancel);
        var page = items.Take(size).ToList();
        if (request.AsOf is { } moment)
            page = [.. (await FactsAt.Of(db, actor, page, moment, cancel)).Select(d => d.Entity)];
        return new Page<Entity>(page, items.Count > size ? items[size - 1].Id.ToString() : null);
    }

    private async Task<Outcome<Page<Entity>>> Best(Actor actor, IQueryable<Entity> matching, string type, FindEntitiesRequest request, CancellationToken cancel)
    {
        var found = await search.Run(actor, new SearchQuery(request.Text!, type == "*" ? null : [type], request.Limit, request.Cursor) { Kind = SearchKind.Entity, Typing = request.Typing }, cancel);
        if (found.Refusal is { } refusal)
            return refusal;
        var ids = found.Value.Items.Select(hit => hit.Id).ToList();
        var entities = await matching.Where(e => ids.Contains(e.Id)).ToDictionaryAsync(e => e.Id, cancel);
        return new Page<Entity>([.. ids.Where(entities.ContainsKey).Select(id => entities[id])], found.Value.Next);
    }
}
