using System.Text.Json;
using BizQ.Agents.Models.Recognisers;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// The words that show that a thing found in a text is the one a field asks for: "ordered" beside a date for <c>orderDate</c>.
/// They come from the field's name, title and description.
/// </summary>
internal sealed class FieldCues
{
    /// <summary>How far from a thing its words are looked for, in characters: about one line.</summary>
    private const int Before = 80;
    private const int After = 40;

    /// <summary>Words a business uses for the same thing; each group is one cue.</summary>
    private static readonly string[][] s_groups = [.. ((ReadOnlySpan<string>)[
        "order ordered purchase purchased bought buy", "total sum overall altogether", "price cost costs charge charged paid pay",
        "deliver delivered delivery arrive arrived arrival received receive", "ship shipped shipping dispatch dispatched sent",
        "refund refunded reimburse money back", "return returned send back", "phone telephone tel mobile call cell number",
        "mail email address", "due deadline until by before", "invoice bill receipt", "quantity qty amount pieces units pcs count many",
        "start begin from", "end finish until", "birth born birthday", "damaged broken defect defective faulty",
    ]).ToArray().Select(group => group.Split(' ').Select(Stemmer.Stem).ToArray())];

    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);

    public FieldCues(SchemaField field)
    {
        Name = Stems(Spaced(string.Join(' ', field.Path))).ToHashSet(StringComparer.Ordinal);
        Add(Stems(Spaced(field.Name)), 1);
        Add(Stems(Spaced(string.Join(' ', field.Path.SkipLast(1)))), 0.5);
        Add(Stems(Text(field.Schema, "title")), 1);
        Add(Stems(Text(field.Schema, "description")), 0.5);
    }

    /// <summary>The stems of the field's own name.</summary>
    public IReadOnlySet<string> Name { get; }

    public bool Has(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (_weights.GetValueOrDefault(Stemmer.Stem(word)) >= 0.5)
                return true;
        }
        return false;
    }

    /// <summary>How much the words around a thing speak for this field; words beyond a neighbour of its sort belong to that one.</summary>
    public double Near(string text, Found found, int from, int to)
    {
        var start = Math.Max(from, found.Start - Before);
        var line = text.AsSpan(start, found.Start - start).LastIndexOf("\n\n", StringComparison.Ordinal);
        if (line >= 0)
            start += line + 2;
        var end = Math.Min(to, found.End + After);
        var stop = text.AsSpan(found.End, end - found.End).IndexOfAny('\n', '.');
        if (stop >= 0)
            end = found.End + stop;
        return Sum(text[start..found.Start], 1, last: true) + Sum(text[found.End..end], 0.5, last: false);
    }

    /// <summary>The words of "orderNumber", "order_number" and "order-number".</summary>
    public static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => c is '_' or '-' or '.' ? " " : char.IsUpper(c) && i > 0 && !char.IsUpper(name[i - 1]) ? " " + c : c.ToString()));

    private double Sum(string text, double weight, bool last)
    {
        var words = Words.Of(text);
        double sum = 0;
        for (var i = 0; i < words.Count; i++)
        {
            var distance = last ? words.Count - 1 - i : i;
            if (_weights.TryGetValue(words[i].Stem, out var cue))
                sum += weight * cue / (1 + distance / 4.0);
        }
        return sum;
    }

    private static string Text(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static IEnumerable<string> Stems(string text) => Words.Content(text).Select(word => word.Stem);

    private void Add(IEnumerable<string> stems, double weight)
    {
        foreach (var stem in stems)
        {
            _weights[stem] = Math.Max(weight, _weights.GetValueOrDefault(stem));
            foreach (var group in s_groups.Where(group => group.Contains(stem, StringComparer.Ordinal)))
            {
                foreach (var other in group)
                    _weights[other] = Math.Max(0.4 * weight, _weights.GetValueOrDefault(other));
            }
        }
    }
}
