using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A row as it would be stored.</summary>
public sealed record PreviewRow(int Row, string? Name, string? Key, JsonElement Data, IReadOnlyList<RowProblem> Problems);

/// <summary>What would happen: of all rows, how many would add an entity, change one, leave one as it is, be left out or not be taken in.</summary>
public sealed record PreviewCounts(int Rows, int Added, int Changed, int Unchanged, int Skipped, int Failed);

/// <param name="Columns">The file's, each with what stands in its first cells.</param>
/// <param name="Fields">Those of the type, to choose from; a column may fill any other as well.</param>
/// <param name="Note">How the file was read, where that was a guess.</param>
public sealed record ImportPreview(
    EntityImport Import, ImportMapping Mapping, IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<string> Sheets, IReadOnlyList<string> Fields,
    IReadOnlyList<PreviewRow> Rows, PreviewCounts Counts, IReadOnlyList<PreviewRow> Problems, string? Note);

public sealed record PreviewColumn(string Name, IReadOnlyList<string> Examples);

/// <summary>Shows what an import would do, without doing it: the mapping that is proposed or given, the first rows as they would be stored, and counts over all of them.</summary>
public sealed class PreviewImport(BizQDatabase database, Archive archive)
{
    private const int Shown = 20;
    private const int Examples = 3;

    // Parameters of one query; SQLite takes 32,766.
    private const int Chunk = 1000;

    /// <param name="mapping">Null: the one that is proposed.</param>
    /// <param name="type">For the proposal; null: what fits the file best.</param>
    /// <param name="sheet">For the proposal; null: the first.</param>
    public async Task<Outcome<ImportPreview>> Run(Actor actor, Guid id, ImportMapping? mapping, string? type, string? sheet, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (type is not null && EntityLimits.ProblemOfType(EntityLimits.NormalType(type)) is { } badType)
            return Refusal.Invalid("badType", badType.Message);
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Imports.AsNoTracking().FirstOrDefaultAsync(i => i.Id == id, cancel) is not { } import)
            return Refusal.NotFound("import");
        var opened = await ImportSource.Open(archive, import, mapping?.Sheet ?? sheet, cancel);
        if (opened.Refusal is { } broken)
            return broken;
        var table = opened.Value;
        if (mapping?.Check(table.Columns) is { } wrong)
            return wrong;
        mapping ??= await ProposeMapping.Run(db, import, table, type, sheet, cancel);
        return await Look(db, actor, import, mapping, table, cancel);
    }

    /// <summary>The mapping that is proposed, alone.</summary>
    public async Task<Outcome<ImportMapping>> Propose(Actor actor, Guid id, string? type, string? sheet, CancellationToken cancel)
    {
        var seen = await Run(actor, id, null, type, sheet, cancel);
        return seen.Refusal is { } refusal ? refusal : seen.Value.Mapping;
    }

    private static async Task<Outcome<ImportPreview>> Look(BizQDb db, Actor actor, EntityImport import, ImportMapping mapping, ImportFile table, CancellationToken cancel)
    {
        var map = new MapRow(import, mapping, table.Columns, import.CreatedAt);
        List<PreviewRow> first = [], problems = [];
        var examples = table.Columns.Select(_ => new List<string>()).ToList();
        var seen = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var counts = new PreviewCounts(0, 0, 0, 0, 0, 0);
        foreach (var chunk in table.Rows.Chunk(Chunk))
        {
            if (chunk.FirstOrDefault(r => !r.Ok) is { Refusal: { } broken })
                return broken;
            foreach (var row in chunk.Select(r => r.Value).Take(Shown))
                Collect(examples, row);
            List<MappedRow> rows = [.. chunk.Select(r => map.Of(r.Value))];
            counts = Add(counts, rows, await Known(db, actor, mapping.Type, rows, cancel), seen, mapping.Existing);
            if (counts.Rows > ImportLimits.Rows)
                return ImportLimits.TooManyRows(import.FileName);
            first.AddRange(rows.Take(Shown - first.Count).Select(Show));
            problems.AddRange(rows.Where(r => r.Request is null).Take(Shown - problems.Count).Select(Show));
        }
        var fields = await ProposeMapping.FieldsOf(db, (await EntityTypes.Catalogue(db, cancel)).Of(EntityLimits.NormalType(mapping.Type)), EntityLimits.NormalType(mapping.Type), cancel);
        return new ImportPreview(import, mapping, [.. table.Columns.Select((c, i) => new PreviewColumn(c, examples[i]))], table.Sheets, fields, first, counts, problems, table.Note());
    }

    private static PreviewCounts Add(PreviewCounts counts, List<MappedRow> rows, Dictionary<string, JsonElement?> known, Dictionary<string, JsonElement> seen, ExistingRows existing)
    {
        foreach (var row in rows)
        {
            counts = counts with { Rows = counts.Rows + 1 };
            if (row.Request is null)
            {
                counts = counts with { Failed = counts.Failed + 1 };
                continue;
            }
            var key = Lookup.Of(row.Key);
            // What an earlier row says of the same one is what is there then.
            JsonElement? there = null;
            var isThere = key is not null && (seen.TryGetValue(key, out var earlier) ? (there = earlier) is not null : known.TryGetValue(key, out there));
            if (key is not null)
                seen[key] = row.Data;
            if (!isThere)
                counts = counts with { Added = counts.Added + 1 };
            else if (existing == ExistingRows.Skip)
                counts = counts with { Skipped = counts.Skipped + 1 };
            else if (existing == ExistingRows.Refuse)
                counts = counts with { Failed = counts.Failed + 1 };
            else if (there is not { } old || Differs(old, row.Data))
                counts = counts with { Changed = counts.Changed + 1 };
            else
                counts = counts with { Unchanged = counts.Unchanged + 1 };
        }
        return counts;
    }

    /// <summary>The data of the entities these rows are about; null for one that was removed and would come back.</summary>
    private static async Task<Dictionary<string, JsonElement?>> Known(BizQDb db, Actor actor, string type, List<MappedRow> rows, CancellationToken cancel)
    {
        var keys = rows.Select(r => Lookup.Of(r.Key)).OfType<string>().Distinct().ToList();
        var normal = EntityLimits.NormalType(type);
        var found = await db.Entities.AsNoTracking().Where(e => e.Type == normal && keys.Contains(e.LookupKey!)).ToListAsync(cancel);
        await Access.Cover(db, actor, found, cancel);
        return found.ToDictionary(e => e.LookupKey!, e => e.RemovedAt is null ? e.Data : (JsonElement?)null, StringComparer.Ordinal);
    }

    private static bool Differs(JsonElement old, JsonElement said) =>
        said.EnumerateObject().Any(p => !old.TryGetProperty(p.Name, out var value) || !JsonElement.DeepEquals(value, p.Value));

    private static void Collect(List<List<string>> examples, ImportRow row)
    {
        for (var i = 0; i < examples.Count; i++)
        {
            if (examples[i].Count < Examples && !row[i].IsEmpty && MapRow.Cut(row[i].Shown) is var text && !examples[i].Contains(text))
                examples[i].Add(text);
        }
    }

    private static PreviewRow Show(MappedRow row) =>
        new(row.Number, row.Request is { } request ? EntityText.NameOf(request.Type, row.Data) : null, row.Key, row.Data, row.Problems);
}
