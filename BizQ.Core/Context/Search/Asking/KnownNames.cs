using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The types of a workspace's entities and the fields of their data, as they are written.</summary>
internal sealed record KnownNames(IReadOnlyList<string> Types, IReadOnlyList<string> Fields)
{
    /// <summary>Nobody has so many; a bound for data that makes a field of every number.</summary>
    private const int Most = 1000;

    /// <summary>Jumps from name to name in an index: as many looks as there are names, however many facts.</summary>
    public static async Task<KnownNames> Of(BizQDb db, CancellationToken cancel) => new(
        await Names(db, "context_entities", "entity_type", "removed_at IS NULL", cancel),
        await FieldsOf(db, cancel));

    public static Task<List<string>> FieldsOf(BizQDb db, CancellationToken cancel) => Names(db, "facts", "field", "superseded_by IS NULL", cancel);

    /// <summary>orderNumber, order_number and Order-Number are one field.</summary>
    public string? Field(string written) =>
        Fields.FirstOrDefault(field => field == written) ?? Fields.FirstOrDefault(field => Bare(field) == Bare(written));

    private static async Task<List<string>> Names(BizQDb db, string table, string column, string which, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        var one = $"SELECT min({column}) FROM {table} WHERE workspace_id = @workspace AND {which}";
#pragma warning disable CA2100 // Built from the constants above.
        command.CommandText = $"WITH RECURSIVE names(name) AS (SELECT ({one}) UNION ALL SELECT ({one} AND {column} > names.name) FROM names WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL LIMIT {Most}";
#pragma warning restore CA2100
        command.Add("workspace", db.CurrentWorkspace);
        List<string> names = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            names.Add(reader.GetString(0));
        return names;
    }

    private static string Bare(string name) => string.Concat(name.Split('_', '-', ' ')).ToLowerInvariant();
}
