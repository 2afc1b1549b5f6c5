using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Entities whose key, or the value of one of whose fields, was said exactly: a number, an address, a name.</summary>
internal static class FieldsWay
{
    /// <summary>Of a long text, the first so many that may be one.</summary>
    private const int MostSaid = 40;

    /// <summary>What is so in more entities than this names none of them.</summary>
    private const int MostNamed = 20;

    private const int LongestName = 3;

    public static async Task<List<Ranked>> Find(BizQDb db, string text, CancellationToken cancel)
    {
        var said = Said(text);
        if (said.Count == 0)
            return [];
        var byKey = await db.Entities.Where(e => said.Contains(e.LookupKey!) && e.RemovedAt == null).Select(e => new { e.Id, Said = e.LookupKey! }).Take(MostSaid * 5).ToListAsync(cancel);
        var fields = await KnownNames.FieldsOf(db, cancel);
        var byField = fields.Count == 0 ? [] : await db.Facts
            .Where(f => fields.Contains(f.Field) && said.Contains(f.Lookup!) && f.SupersededBy == null)
            .Select(f => new { Id = f.EntityId, Said = f.Lookup! }).Take(MostSaid * MostNamed).ToListAsync(cancel);
        var named = byField.Distinct().GroupBy(f => f.Said).Where(g => g.Count() <= MostNamed).SelectMany(g => g);
        // A key names one thing; a field, as many as hold it, and the fewer the surer.
        var scores = byKey.Select(k => (k.Id, Score: 2.0)).Concat(named.GroupBy(n => n.Said).SelectMany(g => g.Select(n => (n.Id, Score: 1.0 / g.Count()))))
            .GroupBy(s => s.Id).ToDictionary(g => g.Key, g => g.Sum(s => s.Score));
        if (scores.Count == 0)
            return [];
        var ids = scores.Keys.ToList();
        var rows = await db.SearchEntries.Where(s => EF.Parameter(ids).Contains(s.Id)).Select(s => new { s.Row, s.Id }).ToListAsync(cancel);
        return [.. rows.Select(r => new Ranked(r.Row, scores[r.Id])).OrderByDescending(r => r.Score).ThenByDescending(r => r.Row)];
    }

    /// <summary>Words with a digit or an @, and runs of two or three words that begin with a capital: what may be a key or a name. Pure.</summary>
    internal static List<string> Said(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(w => w.Trim('"', '\'', '.', ',', ';', ':', '!', '?', '(', ')', '<', '>', '[', ']')).Where(w => w.Length > 0).ToList();
        List<string> said = [];
        for (var i = 0; i < words.Count && said.Count < MostSaid; i++)
        {
            if (words[i].Any(char.IsDigit) || words[i].Contains('@', StringComparison.Ordinal) || words.Count == 1)
                Add(words[i]);
            if (!char.IsUpper(words[i][0]))
                continue;
            for (var length = 2; length <= LongestName && i + length <= words.Count && char.IsUpper(words[i + length - 1][0]); length++)
                Add(string.Join(' ', words.Skip(i).Take(length)));
        }
        return said;

        void Add(string one)
        {
            if (Lookup.Of(one) is { } lookup && !said.Contains(lookup))
                said.Add(lookup);
        }
    }
}
