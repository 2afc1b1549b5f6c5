using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A word of a text: as it is compared (lower case, without accents, stemmed) and where it stands.</summary>
public readonly record struct Word(string Stem, string Lower, int Start, int Length);

/// <summary>Cuts text into words and sentences; everything the built-in model compares goes through here.</summary>
public static class Words
{
    /// <summary>Longer inputs are cut before features are made: a mail's purpose is in its first pages, and time stays bounded.</summary>
    public const int MaxCharacters = 20_000;

    /// <summary>Words that say nothing about what a text is about. Question words stay out of matching, not out of classifying.</summary>
    public static readonly FrozenSet<string> Stop = (
        "a about above after again all also am an and any are aren as at be been before being below between both but by can cannot could " +
        "couldn d did didn do does doesn doing don down during each either else even ever few for from further get gets getting got had hadn " +
        "has hasn have haven having he her here hers him his how however i if in into is isn it its itself just let like ll m may me might " +
        "mine more most much must my myself no nor not now of off ok on once one only or other our ours out over own please re really s same " +
        "she should shouldn since so some still such t than thank thanks that the their theirs them then there these they this those though " +
        "through to too under until up upon us ve very was wasn we were weren what when where which while who whom whose why will with " +
        "within without won would wouldn you your yours hello hi hey dear regards best kind cheers sincerely anyone someone something " +
        "anything want wanted know tell")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static List<Word> Of(string text)
    {
        var words = new List<Word>();
        var end = Math.Min(text.Length, MaxCharacters);
        for (var i = 0; i < end;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            while (i < end && (char.IsLetterOrDigit(text[i]) || IsInner(text, i, end)))
                i++;
            var lower = Fold(text.AsSpan(start, i - start));
            words.Add(new Word(Stemmer.Stem(lower), lower, start, i - start));
        }
        return words;
    }

    /// <summary>The words that carry meaning.</summary>
    public static IEnumerable<Word> Content(string text) => Of(text).Where(word => !Stop.Contains(word.Lower));

    /// <summary>Digits keep their inner points and commas ("12.50"), so that a figure is one word; a letter keeps its accents' base.</summary>
    private static bool IsInner(string text, int i, int end) =>
        text[i] is '.' or ',' && i > 0 && i + 1 < end && char.IsDigit(text[i - 1]) && char.IsDigit(text[i + 1]);

    private static string Fold(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (c > 127)
                return FoldAccents(word.ToString());
        }
        return word.ToString().ToLowerInvariant();
    }

    private static string FoldAccents(string word)
    {
        var folded = new StringBuilder(word.Length);
        foreach (var c in word.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }
}
