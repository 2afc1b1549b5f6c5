using System.Globalization;
using System.Text;
using BizQ.Core.Data;
using BizQ.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>How many things of a type have a field, and how well it is known of them.</summary>
public sealed record FieldCount(string Type, string Field, long Known, long Fresh, long Verified, long Disputed, long Usable)
{
    public Measures Of(long things) => new(Math.Max(things, Known), Known, Fresh, Verified, Disputed, Usable);
}

/// <summary>What is known now, counted by type and field in one pass over the current facts.</summary>
internal sealed record FactCounts(IReadOnlyDictionary<string, long> Things, IReadOnlyDictionary<(string Type, string Field), FieldCount> Fields)
{
    public long ThingsOf(string type) => Things.GetValueOrDefault(type);

    public FieldCount Of(string type, string field) => Fields.GetValueOrDefault((type, field)) ?? new FieldCount(type, field, 0, 0, 0, 0, 0);

    /// <param name="types">Only of these; null for all.</param>
    /// <param name="lifetimes">How long what a field says is taken for true, where it does not stay true by itself.</param>
    /// <param name="withheld">Documents the asker may not read: what is known from them is not known to the asker.</param>
    public static async Task<FactCounts> Of(
        BizQDb db, IReadOnlyCollection<string>? types, IReadOnlyDictionary<(string Type, string Field), TimeSpan> lifetimes, IReadOnlySet<Guid> withheld, DateTimeOffset now, CancellationToken cancel)
    {
        var things = db.Entities.Where(e => e.RemovedAt == null && (types == null || types.Contains(e.Type)));
        var counted = await things.GroupBy(e => e.Type).Select(g => new { Type = g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Type, g => g.Count, cancel);
        if (counted.Count == 0)
            return new(counted, new Dictionary<(string, string), FieldCount>());
        var query = new Query(db, now);
#pragma warning disable EF1002, EF1003 // Only the numbers of holes are put into the text, never a value.
        var fields = await db.Database.SqlQueryRaw<FieldCount>(query.Text(types, lifetimes, withheld), [.. query.Values]).ToListAsync(cancel);
#pragma warning restore EF1002, EF1003
        return new(counted, fields.ToDictionary(f => (f.Type, f.Field)));
    }

    private sealed class Query(BizQDb db, DateTimeOffset now)
    {
        // Every place of the same moment is one parameter: a moment that moved within a question would count a fact twice.
        private string? _now;

        public List<object> Values { get; } = [];

        public string Text(IReadOnlyCollection<string>? types, IReadOnlyDictionary<(string Type, string Field), TimeSpan> lifetimes, IReadOnlySet<Guid> withheld)
        {
            _now = Time(now);
            var workspace = Hole(db.CurrentWorkspace);
            var sql = new StringBuilder("WITH lives(type, field, cutoff) AS (VALUES ");
            sql.AppendJoin(", ", lifetimes.Select(l => $"({Hole(l.Key.Type)}, {Hole(l.Key.Field)}, {Time(now - l.Value)})").DefaultIfEmpty($"('', '', {_now})"));
            sql.Append(CultureInfo.InvariantCulture,
                $"""
                ), said AS (
                  SELECT e.entity_type AS type, f.field AS field,
                    CASE WHEN (f.valid_to IS NULL OR f.valid_to > {_now}) AND (l.cutoff IS NULL OR f.observed_at > l.cutoff OR f.verified_at > l.cutoff) THEN 1 ELSE 0 END AS fresh,
                    CASE WHEN f.verified_at IS NOT NULL THEN 1 ELSE 0 END AS verified,
                    CASE WHEN EXISTS (SELECT 1 FROM context_conflicts c WHERE c.workspace_id = {workspace} AND c.entity_id = f.entity_id AND c.field = f.field AND c.state = 'Open') THEN 1 ELSE 0 END AS disputed
                  FROM facts f JOIN context_entities e ON e.id = f.entity_id LEFT JOIN lives l ON l.type = e.entity_type AND l.field = f.field
                  WHERE f.workspace_id = {workspace} AND e.removed_at IS NULL AND (f.superseded_at IS NULL OR f.superseded_at > {_now}) AND (f.valid_from IS NULL OR f.valid_from <= {_now})
                    AND f.value NOT IN ('null', '""', '[]', '{"{{}}"}')
                """);
            if (types is not null)
                sql.Append(" AND e.entity_type IN (").AppendJoin(", ", types.Select(Hole)).Append(')');
            if (withheld.Count > 0)
                sql.Append(" AND (f.source_id IS NULL OR f.source_id NOT IN (").AppendJoin(", ", withheld.Select(id => Hole(id))).Append("))");
            return sql.Append(
                """
                )
                SELECT type AS "Type", field AS "Field", COUNT(*) AS "Known", SUM(fresh) AS "Fresh", SUM(verified) AS "Verified", SUM(disputed) AS "Disputed", SUM(fresh * (1 - disputed)) AS "Usable"
                FROM said GROUP BY type, field
                """).ToString();
        }

        private string Hole(object value)
        {
            Values.Add(value);
            return $"{{{Values.Count - 1}}}";
        }

        private string Time(DateTimeOffset time) => Hole(db is SqliteBizQDb ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : time.UtcDateTime);
    }
}
