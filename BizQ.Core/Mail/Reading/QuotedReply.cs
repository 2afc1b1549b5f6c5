using System.Text.RegularExpressions;

namespace BizQ.Core.Mail.Reading;

/// <summary>What somebody newly wrote, apart from the earlier mail their program quoted below (or above) it.</summary>
/// <param name="Quoted">Empty when nothing is quoted.</param>
public sealed record QuotedReply(string New, string Quoted)
{
    private const int LongestLine = 400;
    private const int MostAttributionLines = 3;

    public static QuotedReply Split(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var cut = FirstQuotedLine(lines);
        if (cut < 0)
            return new QuotedReply(text.Trim(), "");
        var below = lines[cut..];
        var bottom = WrittenBelow(below);
        var written = Join(lines[..cut]) is { Length: > 0 } above
            ? bottom.Length > 0 ? $"{above}\n\n{bottom}" : above
            : bottom;
        // Nothing of their own: they forwarded, so the quoted part is what they wanted to say.
        return written.Length == 0 ? new QuotedReply(text.Trim(), "") : new QuotedReply(written, Join(below));
    }

    private static int FirstQuotedLine(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length <= LongestLine && (Divider.IsMatch(lines[i]) || StartsHeaderBlock(lines, i) || IsAttribution(lines, i)))
                return i;
        }
        return TrailingQuote(lines);
    }

    /// <summary>"On Monday, Ann wrote:", which programs wrap over up to three lines.</summary>
    private static bool IsAttribution(string[] lines, int start)
    {
        // Short ones name no date, but stand right above what they announce.
        if (AttributionEnd.IsMatch(lines[start]) && start + 1 < lines.Length && lines[start + 1].StartsWith('>'))
            return true;
        if (!AttributionStart.IsMatch(lines[start]))
            return false;
        var joined = "";
        for (var i = start; i < Math.Min(lines.Length, start + MostAttributionLines) && lines[i].Length <= LongestLine; i++)
        {
            joined += " " + lines[i].Trim();
            if (AttributionEnd.IsMatch(joined))
                return true;
        }
        return false;
    }

    /// <summary>Outlook quotes by repeating the headers of the earlier mail.</summary>
    private static bool StartsHeaderBlock(string[] lines, int start) =>
        HeaderFrom.IsMatch(lines[start]) && lines.Skip(start + 1).Take(4).Count(line => line.Length <= LongestLine && HeaderOther.IsMatch(line)) >= 2;

    /// <summary>A last block of lines that all begin with "&gt;".</summary>
    private static int TrailingQuote(string[] lines)
    {
        var first = -1;
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            if (lines[i].StartsWith('>'))
                first = i;
            else if (lines[i].Trim().Length > 0)
                break;
        }
        return first;
    }

    /// <summary>Those who answer under the quotation, or between its lines: everything after its first "&gt;" that is not quoted.</summary>
    private static string WrittenBelow(string[] below)
    {
        var first = Array.FindIndex(below, line => line.StartsWith('>'));
        return first < 0 ? "" : Join([.. below.Skip(first).Where(line => !line.StartsWith('>'))]);
    }

    private static string Join(string[] lines) => string.Join('\n', lines).Trim();

    // Non-backtracking: the lines are the sender's.
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex Divider = new(
        @"^\s*-{2,}\s*(original message|original appointment|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original)\s*-{2,}|^_{20,}\s*$", Safe);

    private static readonly Regex AttributionStart = new(@"^\s*(on|am|le|el|il|op|den|em|w dniu|dne|på)\b.*\d", Safe);

    private static readonly Regex AttributionEnd = new(@"(wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał\(?a?\)?|napsal)\b[^:]*:\s*$", Safe);

    private static readonly Regex HeaderFrom = new(@"^\s*\*?(from|von|de|da|van|från|fra)\*?\s*:\s*\*?\s*\S", Safe);

    private static readonly Regex HeaderOther = new(
        @"^\s*\*?(sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|oggetto|verzonden|aan|onderwerp)\*?\s*:", Safe);
}
