using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context;

/// <summary>Words people sort documents by, written in one way: lower case, no more than a few.</summary>
public static class Tags
{
    public const int Most = 20;
    public const int Longest = 40;

    public static string Normal(string tag) => CleanText.Line(tag, Longest + 1).Trim().TrimStart('#').Trim().ToLowerInvariant();

    public static Outcome<IReadOnlyList<string>> Of(IReadOnlyList<string> given)
    {
        List<string> tags = [.. given.Select(Normal).Where(tag => tag.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return tags.Count > Most || tags.Exists(tag => tag.Length > Longest)
            ? Refusal.Invalid("badTags", $"A document has at most {Most} tags of up to {Longest} characters each.", new Problem("/tags", $"At most {Most}, each up to {Longest} characters."))
            : tags;
    }
}
