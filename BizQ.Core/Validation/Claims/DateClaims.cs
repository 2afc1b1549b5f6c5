using System.Globalization;
using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>Dates and times of day in the ways six languages write them, and the days "tomorrow" and "by Friday" mean.</summary>
internal static partial class DateClaims
{
    private const string MonthNames =
        "january|january|jan|januar|jänner|janvier|enero|ene|gennaio|januari|february|feb|februar|février|fevrier|febrero|febbraio|februari|march|mar|märz|maerz|mrz|mars|marzo|maart"
        + "|april|apr|avril|abril|abr|aprile|may|mai|mayo|maggio|mei|june|jun|juni|juin|junio|giugno|july|jul|juli|juillet|julio|luglio|august|aug|août|aout|agosto|ago|augustus"
        + "|september|sept|sep|septembre|septiembre|settembre|october|oct|oktober|okt|octobre|octubre|ottobre|november|nov|novembre|noviembre|december|dec|dezember|dez|décembre|decembre|diciembre|dic|dicembre";

    private static readonly string[] Months =
    [
        "january jan januar jänner janvier enero ene gennaio januari",
        "february feb februar février fevrier febrero febbraio februari",
        "march mar märz maerz mrz mars marzo maart",
        "april apr avril abril abr aprile",
        "may mai mayo maggio mei",
        "june jun juni juin junio giugno",
        "july jul juli juillet julio luglio",
        "august aug août aout agosto ago augustus",
        "september sept sep septembre septiembre settembre",
        "october oct oktober okt octobre octubre ottobre",
        "november nov novembre noviembre",
        "december dec dezember dez décembre decembre diciembre dic dicembre",
    ];

    private static readonly Dictionary<string, DayOfWeek> Weekdays = new(StringComparer.OrdinalIgnoreCase)
    {
        ["monday"] = DayOfWeek.Monday,
        ["tuesday"] = DayOfWeek.Tuesday,
        ["wednesday"] = DayOfWeek.Wednesday,
        ["thursday"] = DayOfWeek.Thursday,
        ["friday"] = DayOfWeek.Friday,
        ["saturday"] = DayOfWeek.Saturday,
        ["sunday"] = DayOfWeek.Sunday,
        ["montag"] = DayOfWeek.Monday,
        ["dienstag"] = DayOfWeek.Tuesday,
        ["mittwoch"] = DayOfWeek.Wednesday,
        ["donnerstag"] = DayOfWeek.Thursday,
        ["freitag"] = DayOfWeek.Friday,
        ["samstag"] = DayOfWeek.Saturday,
        ["sonntag"] = DayOfWeek.Sunday,
        ["lundi"] = DayOfWeek.Monday,
        ["mardi"] = DayOfWeek.Tuesday,
        ["mercredi"] = DayOfWeek.Wednesday,
        ["jeudi"] = DayOfWeek.Thursday,
        ["vendredi"] = DayOfWeek.Friday,
        ["samedi"] = DayOfWeek.Saturday,
        ["dimanche"] = DayOfWeek.Sunday,
    };

    public static IEnumerable<Claim> Read(Reading reading) =>
        Whole(reading).Concat(Partial(reading)).Concat(Relative(reading)).Concat(Times(reading));

    /// <summary>A known day, for evidence that holds it as data.</summary>
    public static IReadOnlyList<string> Gives(DateOnly day) =>
        [$"date:{Iso(day)}", $"day:{day.Month}-{day.Day}", $"month:{day.Year}-{day.Month}", $"weekday:{day.DayOfWeek}"];

    private static IEnumerable<Claim> Whole(Reading reading)
    {
        foreach (var match in Iso8601().Matches(reading.Text).Concat(DayFirst().Matches(reading.Text)).Concat(MonthFirst().Matches(reading.Text)).Concat(Numeric().Matches(reading.Text)))
        {
            if (reading.IsFree(match.Index, match.Length) && Days(match) is { Count: > 0 } days)
                yield return OfDays(reading, match, days, hasYear: match.Groups["y"].Success);
        }
    }

    private static Claim OfDays(Reading reading, Match match, IReadOnlyList<DateOnly> days, bool hasYear)
    {
        string[] times = match.Groups["t"].Success ? [$"time:{match.Groups["t"].Value}"] : [];
        return hasYear
            ? reading.Claim(ClaimKind.Date, match.Index, match.Length, [.. days.SelectMany(d => new[] { $"date:{Iso(d)}", $"yearless:{d.Month}-{d.Day}" })], [.. days.SelectMany(Gives), .. times])
            : reading.Claim(ClaimKind.Date, match.Index, match.Length, [.. days.Select(d => $"day:{d.Month}-{d.Day}")], [.. days.SelectMany(d => new[] { $"day:{d.Month}-{d.Day}", $"yearless:{d.Month}-{d.Day}" })]);
    }

    private static IEnumerable<Claim> Partial(Reading reading)
    {
        foreach (Match match in MonthOfYear().Matches(reading.Text))
        {
            if (reading.IsFree(match.Index, match.Length))
                yield return reading.Claim(ClaimKind.Date, match.Index, match.Length, [$"month:{match.Groups["y"].Value}-{Month(match.Groups["m"].Value)}"]);
        }
    }

    private static IEnumerable<Claim> Relative(Reading reading)
    {
        foreach (Match match in Tomorrow().Matches(reading.Text))
        {
            if (reading.IsFree(match.Index, match.Length))
                yield return reading.Claim(ClaimKind.Date, match.Index, match.Length, [$"date:{Iso(reading.Today.AddDays(1))}", "tomorrow"], ["tomorrow"]);
        }
        foreach (Match match in ByWeekday().Matches(reading.Text))
        {
            if (!reading.IsFree(match.Index, match.Length))
                continue;
            var weekday = Weekdays[match.Groups["w"].Value];
            var first = reading.Today.AddDays(((int)weekday - (int)reading.Today.DayOfWeek + 6) % 7 + 1);
            yield return reading.Claim(ClaimKind.Date, match.Index, match.Length, [$"date:{Iso(first)}", $"date:{Iso(first.AddDays(7))}", $"said:{weekday}"], [$"said:{weekday}"]);
        }
    }

    private static IEnumerable<Claim> Times(Reading reading)
    {
        foreach (Match match in TimeOfDay().Matches(reading.Text))
        {
            var hour = int.Parse(match.Groups["h"].Value, CultureInfo.InvariantCulture);
            var half = match.Groups["half"].Value;
            if (half.StartsWith("p", StringComparison.OrdinalIgnoreCase) && hour < 12)
                hour += 12;
            else if (half.StartsWith("a", StringComparison.OrdinalIgnoreCase) && hour == 12)
                hour = 0;
            var minute = match.Groups["min"].Success ? match.Groups["min"].Value : "00";
            if (hour < 24 && reading.IsFree(match.Index, match.Length))
                yield return reading.Claim(ClaimKind.Time, match.Index, match.Length, [$"time:{hour:00}:{minute}"]);
        }
    }

    /// <summary>Numeric dates may be day or month first: whichever makes a day counts.</summary>
    private static List<DateOnly> Days(Match match)
    {
        var year = match.Groups["y"].Success ? Year(match.Groups["y"].Value) : 2000;
        var month = int.TryParse(match.Groups["m"].Value, out var number) ? number : Month(match.Groups["m"].Value);
        var day = int.Parse(match.Groups["d"].Value, CultureInfo.InvariantCulture);
        var days = new List<DateOnly>();
        Add(days, year, month, day);
        if (match.Groups["either"].Success && month != day)
            Add(days, year, day, month);
        return days;
    }

    private static void Add(List<DateOnly> days, int year, int month, int day)
    {
        if (year is > 0 and < 10000 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month))
            days.Add(new DateOnly(year, month, day));
    }

    private static int Year(string text) => int.Parse(text, CultureInfo.InvariantCulture) is var year && text.Length == 2 ? 2000 + year : year;

    private static int Month(string name) => Array.FindIndex(Months, names => names.Split(' ').Contains(name.ToLowerInvariant())) + 1;

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<!\d)(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})(?:[T ](?<t>\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)")]
    private static partial Regex Iso8601();

    [GeneratedRegex(@"(?<![\d.,])(?<d>\d{1,2})(?:st|nd|rd|th|\.|er|º|°)?\s+(?:of\s+|de\s+)?(?<m>" + MonthNames + @")(?!\p{L})(?:\.?,?\s+(?:de\s+|del\s+)?(?<y>\d{4})(?!\d))?", RegexOptions.IgnoreCase)]
    private static partial Regex DayFirst();

    [GeneratedRegex(@"(?<!\p{L})(?<m>" + MonthNames + @")\.?\s+(?<d>\d{1,2})(?:st|nd|rd|th)?(?![\d.,:]*\d)(?:,?\s+(?<y>\d{4})(?!\d))?", RegexOptions.IgnoreCase)]
    private static partial Regex MonthFirst();

    [GeneratedRegex(@"(?<![\d./-])(?<d>\d{1,2})(?<either>[./-])(?<m>\d{1,2})\k<either>(?<y>\d{4}|\d{2})(?![\d/-]|\.\d)|(?<![\d.,])(?<d>\d{1,2})\.(?<m>0\d|1[0-2]|\d)\.(?!\d)")]
    private static partial Regex Numeric();

    [GeneratedRegex(@"(?<!\p{L})(?<m>" + MonthNames + @")\.?\s+(?:de\s+|del\s+)?(?<y>(?:19|20)\d{2})(?!\d)", RegexOptions.IgnoreCase)]
    private static partial Regex MonthOfYear();

    // German "Morgen" with a capital is the morning, not tomorrow.
    [GeneratedRegex(@"(?<!\p{L})(?:[Tt]omorrow|morgen|[Dd]emain)(?!\p{L})")]
    private static partial Regex Tomorrow();

    [GeneratedRegex(@"(?<!\p{L})(?:by|until|till|before|no later than|bis|spätestens|avant)\s+(?:(?:next|this|coming|zum|nächsten|kommenden)\s+)?(?<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)(?!\p{L})", RegexOptions.IgnoreCase)]
    private static partial Regex ByWeekday();

    [GeneratedRegex(@"(?<![\d:.,])(?:(?<h>[01]?\d|2[0-3])[:h](?<min>[0-5]\d)(?::\d{2})?(?:\s*(?<half>[ap]\.m\.|[ap]m\b))?|(?<h>\d{1,2})(?:\.(?<min>[0-5]\d))?\s*(?:(?<half>[ap]\.m\.|[ap]m\b)|Uhr\b))(?![\d:])", RegexOptions.IgnoreCase)]
    private static partial Regex TimeOfDay();
}
