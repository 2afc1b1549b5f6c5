using System.Text.Json;
using Microsoft.VisualBasic.FileIO;

namespace BizQ.Bench.Models;

/// <summary>A text and the label people gave it.</summary>
internal sealed record Labelled(string Text, string Label);

/// <summary>Reads and parts labelled texts; the same seed gives the same parts.</summary>
internal static class IntentData
{
    /// <summary>CSV with the columns text and category (or label, intent), in either order.</summary>
    public static List<Labelled> Csv(string file)
    {
        using var parser = new TextFieldParser(file) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = true };
        parser.SetDelimiters(",");
        var header = parser.ReadFields() ?? throw new CouldNotRunException($"{file} is empty.");
        var text = Array.FindIndex(header, name => name.Equals("text", StringComparison.OrdinalIgnoreCase));
        var label = Array.FindIndex(header, name => name.ToLowerInvariant() is "category" or "label" or "intent");
        if (text < 0 || label < 0)
            throw new CouldNotRunException($"{file} needs the columns text and category.");
        var rows = new List<Labelled>();
        try
        {
            while (parser.ReadFields() is { } fields)
                rows.Add(fields.Length > Math.Max(text, label) ? new Labelled(fields[text], fields[label]) : throw Unreadable(file, parser.LineNumber - 1));
        }
        catch (MalformedLineException e)
        {
            throw Unreadable(file, e.LineNumber);
        }
        return rows.Count > 0 ? rows : throw new CouldNotRunException($"{file} holds no texts.");
    }

    private static CouldNotRunException Unreadable(string file, long line) => new($"{file}, line {line}: this is no line of CSV with a text and a category.");

    /// <summary>Pairs [text, label] under a name in a JSON file, as CLINC150 has them.</summary>
    public static List<Labelled> Pairs(string file, params string[] names)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. names.SelectMany(name => json.RootElement.GetProperty(name).EnumerateArray().Select(pair => new Labelled(pair[0].GetString()!, pair[1].GetString()!)).ToList())];
    }

    /// <summary>Which of <paramref name="count"/> parts each row falls into; every label is spread evenly.</summary>
    public static int[] Folds(IReadOnlyList<Labelled> rows, int count, int seed)
    {
        var random = new Random(seed);
        var fold = new int[rows.Count];
        foreach (var label in rows.Index().GroupBy(row => row.Item.Label).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var indexes = label.Select(row => row.Index).ToArray();
            random.Shuffle(indexes);
            foreach (var (position, index) in indexes.Index())
                fold[index] = position % count;
        }
        return fold;
    }

    /// <summary>At most so many rows of each label.</summary>
    public static List<Labelled> Few(IReadOnlyList<Labelled> rows, int most, int seed)
    {
        var random = new Random(seed);
        return [.. rows.GroupBy(row => row.Label).OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group =>
        {
            var own = group.ToArray();
            random.Shuffle(own);
            return own.Take(most);
        })];
    }
}
