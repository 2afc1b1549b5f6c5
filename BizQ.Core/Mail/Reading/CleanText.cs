using System.Text;

namespace BizQ.Core.Mail.Reading;

/// <summary>Text from outside made storable: PostgreSQL takes no NUL and no half surrogates, and nobody needs invisible control characters.</summary>
internal static class CleanText
{
    /// <summary>One line, as a header is: no breaks (so it can never start another header) and no marks that turn the reading direction round.</summary>
    public static string Line(string? text, int most) => Of(text, most, oneLine: true).Trim();

    public static string Lines(string? text, int most) => Of(text, most, oneLine: false);

    private static string Of(string? text, int most, bool oneLine)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var clean = new StringBuilder(Math.Min(text.Length, most));
        for (var i = 0; i < text.Length && clean.Length < most; i++)
        {
            var letter = text[i];
            if (char.IsHighSurrogate(letter) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                if (clean.Length + 2 > most)
                    break;
                clean.Append(letter).Append(text[++i]);
            }
            else if (letter == '\r')
            {
                if (i + 1 == text.Length || text[i + 1] != '\n')
                    clean.Append(oneLine ? ' ' : '\n');
            }
            else
            {
                Append(clean, letter, oneLine);
            }
        }
        return clean.ToString();
    }

    private static void Append(StringBuilder clean, char letter, bool oneLine)
    {
        if (letter is '\n' or '\t')
            clean.Append(oneLine ? ' ' : letter);
        else if (char.IsSurrogate(letter))
            clean.Append('\uFFFD');
        else if (!char.IsControl(letter) && !(oneLine && TurnsDirection(letter)))
            clean.Append(letter);
    }

    private static bool TurnsDirection(char letter) => letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
