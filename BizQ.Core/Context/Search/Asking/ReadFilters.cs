using BizQ.Core.Agents;

namespace BizQ.Core.Context;

/// <summary>Finds out what the filters of a question mean in this workspace. What means nothing is told, and looked for as words. Pure.</summary>
/// <param name="Words">What is left to look for by words and meaning, phrases included.</param>
/// <param name="Notes">Sentences on what was not understood.</param>
internal sealed record ReadFilters(string Words, IReadOnlyList<Condition> Conditions, IReadOnlyList<string> Notes)
{
    private static readonly Dictionary<string, Told> _told = new(StringComparer.OrdinalIgnoreCase)
    {
        ["type"] = Told.Type,
        ["kind"] = Told.Kind,
        ["updated"] = Told.Updated,
        ["observed"] = Told.Updated,
        ["created"] = Told.Created,
        ["key"] = Told.Key,
        ["name"] = Told.Name,
        ["title"] = Told.Name,
        ["source"] = Told.Source,
        ["verified"] = Told.Verified,
        ["tag"] = Told.Tag,
    };

    public static ReadFilters Of(QueryText query, KnownNames known)
    {
        List<string> words = [query.Words];
        List<Condition> conditions = [];
        List<string> notes = [];
        foreach (var phrase in query.Phrases)
        {
            conditions.Add(new Condition(Told.Phrase, "", Comparison.Is, phrase.Text, phrase.Not, $"{(phrase.Not ? "-" : "")}\"{phrase.Text}\""));
            if (!phrase.Not)
                words.Add(phrase.Text);
        }
        foreach (var filter in query.Filters)
        {
            var (condition, note) = Of(filter, known);
            if (condition is not null)
                conditions.Add(condition);
            else
                words.Add($"{filter.Field} {filter.Value}");
            if (note is not null)
                notes.Add(note);
        }
        return new ReadFilters(string.Join(' ', words.Where(w => w.Length > 0)), conditions, notes);
    }

    private static (Condition?, string?) Of(QueryFilter filter, KnownNames known)
    {
        var of = _told.GetValueOrDefault(filter.Field, Told.Field);
        var field = of == Told.Field ? known.Field(filter.Field) : filter.Field;
        if (field is null)
            return (null, $"No field is called '{filter.Field}', so {filter.Written} was looked for as words.{Nearest.Hint(filter.Field, known.Fields.Concat(_told.Keys))}");
        var condition = new Condition(of, field, filter.Comparison, filter.Value, filter.Not, filter.Written);
        return Problem(condition, known) is { } problem ? (null, $"{filter.Written} was looked for as words: {problem}")
            : of == Told.Type && Hint(condition, known) is { } hint ? (condition, hint)
            : (condition, null);
    }

    private static string? Problem(Condition condition, KnownNames known) => condition switch
    {
        { Of: Told.Updated or Told.Created, Day: null } => $"{condition.Field} is compared with a day, such as {condition.Field}>2026-01-31.",
        { Of: Told.Verified, Yes: null } => "verified is yes or no.",
        { Of: Told.Kind } when condition.Text.ToLowerInvariant() is not ("entity" or "passage") => "kind is entity or passage.",
        { Of: Told.Field, Comparison: not Comparison.Is, Number: null, Day: null } => "only numbers and days (2026-01-31) can be more or less.",
        { Of: not (Told.Field or Told.Updated or Told.Created), Comparison: not Comparison.Is } => $"{condition.Field} cannot be more or less, only be: {condition.Field}:value.",
        _ => null,
    };

    private static string? Hint(Condition condition, KnownNames known)
    {
        var type = EntityLimits.NormalType(condition.Text);
        return type == DocumentIndex.Type || known.Types.Contains(type) ? null : $"Nothing is of the type '{condition.Text}'.{Nearest.Hint(type, known.Types.Append(DocumentIndex.Type))}";
    }
}
