namespace BizQ.Agents.Runtime.Scripts;

/// <summary>A stretch of a text: as it stands, or an expression without its braces. <paramref name="Problem"/> when the braces do not close.</summary>
internal readonly record struct TextPart(string Text, bool IsExpression, string? Problem = null);

/// <summary>A text cut into what stands as it is and what is evaluated.</summary>
internal sealed record ExpressionText(IReadOnlyList<TextPart> Parts)
{
    /// <summary>How many "}}" are tried as the end of one expression: an object literal or a text in it may hold some too.</summary>
    private const int MostEndsTried = 40;

    /// <summary>An expression ends at the first "}}" up to which it parses, so that <c>{{ {a: {b: 1}} }}</c> and <c>{{ '}}' }}</c> work.</summary>
    public static ExpressionText Read(string text, Func<string, bool> parses)
    {
        var parts = new List<TextPart>();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0)
        {
            if (open > at)
                parts.Add(new TextPart(text[at..open], false));
            var first = text.IndexOf("}}", open + 2, StringComparison.Ordinal);
            if (first < 0)
            {
                parts.Add(new TextPart(text[open..], true, $"'{Script.Shorten(text[open..])}' opens with {{{{ and never closes with }}}}."));
                return new ExpressionText(parts);
            }
            var end = EndOf(text, open + 2, first, parses) ?? first;
            parts.Add(new TextPart(text[(open + 2)..end], true));
            at = end + 2;
        }
        if (at < text.Length || parts.Count == 0)
            parts.Add(new TextPart(text[at..], false));
        return new ExpressionText(parts);
    }

    private static int? EndOf(string text, int start, int first, Func<string, bool> parses)
    {
        var end = first;
        for (var tried = 0; tried < MostEndsTried && end >= 0 && end - start <= ScriptLimits.LongestSource; tried++)
        {
            if (parses(text[start..end]))
                return end;
            end = text.IndexOf("}}", end + 1, StringComparison.Ordinal);
        }
        return null;
    }
}
