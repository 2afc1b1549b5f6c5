using System.Text.Json;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Proposes what the columns of a file are: the type by the file's name and its columns, fields by name, kinds by what is in them.</summary>
internal static class ProposeMapping
{
    // Newest entities whose fields tell what is usual of a type that nobody has described.
    private const int Looked = 40;

    /// <param name="type">Null: the type that fits best.</param>
    public static async Task<ImportMapping> Run(BizQDb db, EntityImport import, ImportFile table, string? type, string? sheet, CancellationToken cancel)
    {
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        var name = type is null ? TypeOf(import.FileName, table.Columns, catalogue) : EntityLimits.NormalType(type);
        var fields = await FieldsOf(db, catalogue.Of(name), name, cancel);
        var sample = table.Rows.TakeWhile(r => r.Ok).Take(GuessKind.Looked).Select(r => r.Value).ToList();
        HashSet<string> taken = new(StringComparer.Ordinal);
        // A column whose name is the field's own goes before one that only means the same.
        var exact = table.Columns.ToDictionary(c => c, c => fields.FirstOrDefault(f => ColumnWords.Normal(f) == ColumnWords.Normal(c)));
        taken.UnionWith(exact.Values.OfType<string>());
        List<ColumnMapping> columns = [];
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            var known = exact[column] ?? ColumnWords.FieldFor(column, name, [.. fields.Where(f => !taken.Contains(f))]);
            var field = known ?? Free(ColumnWords.NewField(column), taken);
            taken.Add(field);
            columns.Add(GuessKind.Of(column, field, SchemaOf(catalogue.Of(name), field), [.. sample.Select(row => row[i])], table.CommaDecimals));
        }
        return new ImportMapping(name, columns, KeyColumn(name, columns, sample.Count), ExistingRows.Update, sheet);
    }

    /// <summary>What a column can fill: what the type describes and what those that are there have.</summary>
    public static async Task<IReadOnlyList<string>> FieldsOf(BizQDb db, EntityTypeDefinition? definition, string type, CancellationToken cancel)
    {
        var recent = await db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null).OrderByDescending(e => e.Id).Take(Looked).Select(e => e.Data).ToListAsync(cancel);
        return [.. Described(definition).Concat(recent.SelectMany(d => d.EnumerateObject().Select(p => p.Name))).Distinct(StringComparer.Ordinal).Take(EntityLimits.Fields)];
    }

    /// <summary>The type whose name the file has; else the one whose fields its columns are called like, most of them.</summary>
    private static string TypeOf(string fileName, IReadOnlyList<string> columns, TypeCatalogue catalogue)
    {
        var called = ColumnWords.Normal(Path.GetFileNameWithoutExtension(fileName));
        var named = catalogue.All.Where(t => called.Contains(ColumnWords.Normal(t.Name), StringComparison.Ordinal) || called.Contains(ColumnWords.Normal(t.Plural), StringComparison.Ordinal))
            .MaxBy(t => t.Name.Length);
        return named?.Name ?? catalogue.All.MaxBy(t => columns.Count(c => ColumnWords.FieldFor(c, t.Name, Described(t)) is not null))?.Name ?? "customer";
    }

    /// <summary>The column that holds what an entity of this type is known by.</summary>
    private static string? KeyColumn(string type, List<ColumnMapping> columns, int rows)
    {
        if (rows == 0)
            return null;
        var places = new Dictionary<string, string>();
        for (var i = 0; i < columns.Count; i++)
            places.TryAdd(columns[i].Field!, $"{i}");
        return EntityText.KeyOf(type, Json.Element(places)) is { } place ? columns[int.Parse(place, System.Globalization.CultureInfo.InvariantCulture)].Column : null;
    }

    private static IReadOnlyList<string> Described(EntityTypeDefinition? type) =>
        type?.Schema is { ValueKind: JsonValueKind.Object } schema && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? [.. properties.EnumerateObject().Select(p => p.Name)]
            : [];

    private static JsonElement SchemaOf(EntityTypeDefinition? type, string field) =>
        type is not null && type.Schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field, out var schema) ? schema : default;

    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var i = 2; taken.Contains(free); i++)
            free = $"{name}{i}";
        return free;
    }
}
