using System.Globalization;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What a version changed in one field.</summary>
/// <param name="Before">Null where nothing was known.</param>
/// <param name="After">Null where it is no longer known.</param>
public sealed record FieldChange(string Field, JsonElement? Before, JsonElement? After, Guid FactId, SourceKind Source, string SourceName);

/// <summary>One version of an entity and what it changed, field by field.</summary>
public sealed record VersionDetail(EntityVersion Version, IReadOnlyList<FieldChange> Changes);

/// <summary>How an entity became what it is: its versions, the newest first.</summary>
public sealed class ReadHistory(BizQDatabase database)
{
    public async Task<Outcome<Page<VersionDetail>>> Run(Actor actor, Guid id, int? limit, string? cursor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var before = int.MaxValue;
        if (cursor is { Length: > 0 } && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
        await using var db = database.Open(actor.WorkspaceId);
        if (!await db.Entities.AnyAsync(e => e.Id == id, cancel))
            return Refusal.NotFound("entity");
        var size = Page<VersionDetail>.Size(limit);
        var versions = await db.EntityVersions.AsNoTracking().Where(v => v.EntityId == id && v.Number < before).OrderByDescending(v => v.Number).Take(size + 1).ToListAsync(cancel);
        var page = versions.Take(size).ToList();
        var changes = await Changes(db, actor, id, page, cancel);
        return new Page<VersionDetail>(
            [.. page.Select(v => new VersionDetail(v, changes.GetValueOrDefault(v.Number) ?? []))],
            versions.Count > size ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static async Task<Dictionary<int, List<FieldChange>>> Changes(BizQDb db, Actor actor, Guid id, List<EntityVersion> page, CancellationToken cancel)
    {
        if (page.Count == 0)
            return [];
        var (first, last) = (page[^1].Number, page[0].Number);
        var facts = await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => f.EntityId == id && f.InVersion >= first && f.InVersion <= last).ToListAsync(cancel);
        var made = facts.Select(f => f.Id).ToList();
        var earlier = await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => f.EntityId == id && f.InVersion < first && f.SupersededBy != null && made.Contains(f.SupersededBy!.Value)).ToListAsync(cancel);
        var replaced = facts.Concat(earlier).Where(f => f.SupersededBy is not null).ToDictionary(f => f.SupersededBy!.Value);
        return facts.GroupBy(f => f.InVersion).ToDictionary(g => g.Key, g => g.GroupBy(f => f.Field)
            .Select(said => ChangeOf(replaced.GetValueOrDefault(said.MinBy(f => f.Id)!.Id), said.MaxBy(f => f.Id)!))
            .OfType<FieldChange>().ToList());
    }

    /// <summary>Null for a value that was only said again.</summary>
    private static FieldChange? ChangeOf(Fact? before, Fact after)
    {
        var (was, now) = (Known(before), Known(after));
        return (was is null && now is null) || (was is { } w && now is { } n && JsonElement.DeepEquals(w, n))
            ? null
            : new FieldChange(after.Field, was, now, after.Id, after.Source, after.SourceName);
    }

    private static JsonElement? Known(Fact? fact) => fact is null || fact.Value.ValueKind == JsonValueKind.Null ? null : fact.Value;
}
