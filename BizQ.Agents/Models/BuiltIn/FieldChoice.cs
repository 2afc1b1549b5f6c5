using BizQ.Agents.Models.Recognisers;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>Decides which of the things found in a text belongs to which field.</summary>
internal static class FieldChoice
{
    /// <summary>Things of one sort in a text; every two are compared, and no letter has more.</summary>
    private const int MostFound = 200;

    private sealed record Asked(SchemaField Field, FieldCues Cues, FieldKind Kind, IReadOnlyList<Found> Found);

    public static IReadOnlyList<(SchemaField Field, IReadOnlyList<Found> Found)> Choose(IReadOnlyList<SchemaField> fields, string text, DateOnly today, CancellationToken cancel)
    {
        var seen = new Dictionary<IRecogniser, IReadOnlyList<Found>>();
        var asked = new List<Asked>();
        foreach (var field in fields)
        {
            cancel.ThrowIfCancellationRequested();
            var cues = new FieldCues(field);
            var kind = FieldKind.Of(field, cues);
            if (!seen.TryGetValue(kind.Recogniser, out var found))
                seen[kind.Recogniser] = found = [.. kind.Recogniser.Find(text, today).Take(MostFound)];
            asked.Add(new Asked(field, cues, kind, [.. found.Select(f => FieldValue.Fit(field.Schema, f)).OfType<Found>()]));
        }
        return [.. asked.GroupBy(a => a.Kind.Recogniser).SelectMany(group => Assign([.. group], text))];
    }

    /// <summary>
    /// The best cued pair of field and thing first, each thing to one field only. What then remains goes to a field without
    /// cues only if it is the only field of its sort and there is no doubt which thing is meant.
    /// </summary>
    private static IEnumerable<(SchemaField, IReadOnlyList<Found>)> Assign(IReadOnlyList<Asked> rivals, string text)
    {
        foreach (var many in rivals.Where(a => a.Field.Many && a.Found.Count > 0))
            yield return (many.Field, [.. many.Found.DistinctBy(f => f.Value.GetRawText())]);

        var open = rivals.Where(a => !a.Field.Many).ToList();
        var taken = new List<Found>();
        var pairs = open.SelectMany(a => a.Found.Select(f => (Asked: a, Found: f, Score: Score(a, f, text)))).Where(p => p.Score > 0)
            .OrderByDescending(p => p.Score).ThenBy(p => p.Found.Start).ToList();
        foreach (var (winner, found, _) in pairs)
        {
            if (!open.Contains(winner) || taken.Exists(t => t.Start == found.Start))
                continue;
            open.Remove(winner);
            taken.Add(found);
            yield return (winner.Field, [found]);
        }
        if (open is [{ Kind.NeedsCue: false } last] && rivals.Count(a => !a.Field.Many) == 1)
        {
            if (last.Found.Count > 0 && (last.Kind.AnyWillDo || last.Found.DistinctBy(f => f.Value.GetRawText()).Count() == 1))
                yield return (last.Field, [last.Found[0]]);
        }
    }

    private static double Score(Asked asked, Found found, string text)
    {
        var before = asked.Found.Where(f => f.End <= found.Start).Select(f => f.End).DefaultIfEmpty(0).Max();
        var after = asked.Found.Where(f => f.Start >= found.End).Select(f => f.Start).DefaultIfEmpty(text.Length).Min();
        return asked.Cues.Near(text, found, before, after);
    }
}
