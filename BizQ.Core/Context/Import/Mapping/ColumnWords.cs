using System.Globalization;
using System.Text;

namespace BizQ.Core.Context;

/// <summary>How columns are commonly called, kept as data: what names mean the same, and what yes and no are written as.</summary>
internal static class ColumnWords
{
    private const string Resource = "context/column-names.json";

    private static readonly Table Data = Load();
    private static readonly Dictionary<string, int> Groups = Data.Names.SelectMany((names, i) => names.Select(name => (name, i))).DistinctBy(n => n.name).ToDictionary(n => Normal(n.name), n => n.i);

    public static IReadOnlySet<string> Yes { get; } = Data.Yes.ToHashSet(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlySet<string> No { get; } = Data.No.ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The field that a column of this name fills; null when none is called like it.</summary>
    /// <param name="fields">The fields there are to choose from, the best known first.</param>
    public static string? FieldFor(string column, string type, IReadOnlyList<string> fields)
    {
        var wanted = Normal(column);
        var typed = Normal(type);
        // "Customer e-mail" in a table of customers is their e-mail.
        var without = wanted.StartsWith(typed, StringComparison.Ordinal) && wanted.Length > typed.Length ? wanted[typed.Length..] : wanted;
        return fields.FirstOrDefault(f => Normal(f) == wanted)
            ?? fields.FirstOrDefault(f => Singular(Normal(f)) == Singular(wanted))
            ?? fields.FirstOrDefault(f => Same(Normal(f), wanted))
            ?? fields.FirstOrDefault(f => Normal(f) == without)
            ?? fields.FirstOrDefault(f => Same(Normal(f), without) || Same(Normal(f), typed + wanted));
    }

    /// <summary>A name for a field that nobody has yet: "Delivery note no." is deliveryNoteNo.</summary>
    public static string NewField(string column)
    {
        var name = new StringBuilder();
        var upper = false;
        foreach (var letter in column)
        {
            if (!char.IsLetterOrDigit(letter))
            {
                upper = name.Length > 0;
                continue;
            }
            name.Append(name.Length == 0 ? char.ToLowerInvariant(letter) : upper ? char.ToUpperInvariant(letter) : letter);
            upper = false;
        }
        // SKU, ID and the like are words, not letters.
        var made = name.ToString();
        return made.Length == 0 ? "column" : made.Skip(1).All(c => !char.IsLower(c)) ? made.ToLowerInvariant() : made;
    }

    /// <summary>Without case, accents, spaces and signs.</summary>
    public static string Normal(string name)
    {
        var letters = new StringBuilder(name.Length);
        foreach (var letter in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(letter) && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
                letters.Append(char.ToLowerInvariant(letter));
        }
        return letters.ToString();
    }

    private static bool Same(string one, string other) =>
        Groups.TryGetValue(one, out var group) && (Groups.TryGetValue(other, out var same) || Groups.TryGetValue(Singular(other), out same)) && group == same;

    private static string Singular(string name) =>
        name.EndsWith("ies", StringComparison.Ordinal) && name.Length > 4 ? name[..^3] + "y" : name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) && name.Length > 3 ? name[..^1] : name;

    private static Table Load()
    {
        using var file = typeof(ColumnWords).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"This build has no {Resource}.");
        using var reader = new StreamReader(file);
        return Json.Read<Table>(reader.ReadToEnd())!;
    }

    private sealed record Table(IReadOnlyList<IReadOnlyList<string>> Names, IReadOnlyList<string> Yes, IReadOnlyList<string> No);
}
