using System.Buffers;
using System.Globalization;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// Reads numbers as people write them: "1,234.56", "1.234,56", "1 234,56", "1'234.56", "12,5". The last mark is the decimal mark
/// when it stands once and not before exactly three digits; otherwise all marks group thousands.
/// </summary>
internal static class Decimals
{
    /// <summary>
    /// A number with optional grouping and decimals; to be put into larger patterns. No longer than a decimal is: in a page of digits,
    /// which are no number, each pattern would go back over all of them.
    /// </summary>
    public const string Pattern = @"\d{1,3}(?:(?<g>[,.'’\u00A0\u202F ])\d{3})(?:\k<g>\d{3}){0,8}(?:[.,]\d{1,4})?(?!\d)|\d{1,28}(?:[.,]\d{1,28})?";

    private static readonly SearchValues<char> s_marks = SearchValues.Create(".,'’\u00A0\u202F ");

    public static decimal? Read(ReadOnlySpan<char> written)
    {
        Span<char> digits = stackalloc char[written.Length];
        var mark = DecimalMark(written);
        var length = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (char.IsAsciiDigit(written[i]))
                digits[length++] = written[i];
            else if (i == mark)
                digits[length++] = '.';
        }
        return decimal.TryParse(digits[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private static int DecimalMark(ReadOnlySpan<char> written)
    {
        var last = written.LastIndexOfAny('.', ',');
        if (last < 0)
            return -1;
        var mark = written[last];
        var others = written[..last].ContainsAny(s_marks);
        if (written[..last].Contains(mark))
            return -1;
        // "1,234" groups thousands; "0.125" and "1.234,567" do not.
        return written.Length - last - 1 == 3 && !others && written[0] != '0' && last <= 3 ? -1 : last;
    }
}
