using System.Text.RegularExpressions;
using static BizQ.Tests.Shape.Rule;

namespace BizQ.Tests.Shape;

/// <summary>What must not stand in a file, or only in one.</summary>
internal static partial class TextRules
{
    // The one file that turns text into markup, behind the sanitiser.
    private const string MarkupFile = "BizQ.Web/Controls/MarkdownView.razor";

    // The one style sheet of tokens, and MudBlazor's theme made from the same values.
    private static readonly string[] ThemeFiles = ["BizQ.Web/wwwroot/app.css", "BizQ.Web/Layout/Theme.cs"];

    public static IEnumerable<Rule> All =>
    [
        Lacking("No #region: a file that needs one wants to be two", Region, "split the file.",
            File("BizQ.Core/Runs/A.cs", "#region Private\n#endregion")),
        Lacking("A #pragma has its reason on the line", Pragma, "say why behind it.",
            File("BizQ.Core/Runs/A.cs", "#pragma warning disable CA1031\n")),
        Lacking("A suppression has its reason", Suppression, "give it a Justification.",
            File("BizQ.Core/Runs/A.cs", "[Suppress" + "Message(\"Design\", \"CA1031\")]")),
        Lacking("Nothing is left for later", ForLater, "do it, or file it as an issue.",
            File("BizQ.Core/Runs/A.cs", "// TO" + "DO: retry"),
            File("BizQ.Web/Runs/A.razor", "@* FIX" + "ME *@"),
            File("BizQ.Core/Runs/A.cs", "throw new NotImplemented" + "Exception();")),
        Lacking("No test is skipped", Skipped, "make it pass or remove it.",
            File("BizQ.Tests/Runs/A.cs", "[Fact(Skip" + " = \"slow\")]"),
            File("BizQ.Tests/Runs/A.cs", "Assert.Skip" + "When(true, \"no server\");")),
        new("Markup is made from text in one file only, behind the sanitiser", MarkupBroken,
            File("BizQ.Web/Runs/RunPage.razor", "@((MarkupString)text)"),
            File("BizQ.Web/Runs/RunPage.razor", "@code { builder.AddMarkupContent(0, text); }")),
        new("Colours stand in the theme", ColoursBroken,
            File("BizQ.Web/Runs/RunPage.razor.css", "a { color: #ff0000; }"),
            File("BizQ.Web/Runs/RunPage.razor.css", "a { background: rgb(1 2 3); }"),
            File("BizQ.Web/Runs/RunPage.razor.css", "a { border-color: white; }"),
            File("BizQ.Web/Runs/RunPage.razor", "<i style=\"color:#fff\">")),
    ];

    private static Rule Lacking(string name, Func<Regex> banned, string instead, params Source[][] offenders) => new(
        name,
        sources =>
            from source in sources
            where source.IsCSharp || source.IsRazor
            from match in banned().Matches(source.Text)
            select $"{source.At(LineOf(source.Text, match.Index))}: {match.Value.Trim()}: {instead}",
        offenders);

    private static IEnumerable<string> MarkupBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.On("BizQ.Web") && source.Path != MarkupFile && Markup().IsMatch(source.Text)
        select $"{source.Path} makes markup from text: use MarkdownView.";

    private static IEnumerable<string> ColoursBroken(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.On("BizQ.Web") && !ThemeFiles.Contains(source.Path)
        from match in Colour().Matches(source.Text)
        select $"{source.At(LineOf(source.Text, match.Index))}: {match.Value.Trim()}: use a token of the theme.";

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(@"^\s*#region\b.*$", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^\s*#pragma warning disable[^/\n]*$", RegexOptions.Multiline)]
    private static partial Regex Pragma();

    [GeneratedRegex(@"Suppress" + @"Message\((?![^\n]*Justification)[^\n]*")]
    private static partial Regex Suppression();

    // Written in pieces, so that this file does not break its own rule.
    [GeneratedRegex(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|\bHA" + @"CK\b|\bNotImplemented" + "Exception\\b")]
    private static partial Regex ForLater();

    [GeneratedRegex(@"(Fact|Theory)\([^)\n]*\bSkip" + @"\w* =|Assert\.Skip" + @"\w*\(")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"\bMarkupString\b|\bAddMarkupContent\b")]
    private static partial Regex Markup();

    [GeneratedRegex("""(?<![&\w/"'(])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?!;?[\w-])|(?<=["'])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=["'])|\b(?:rgba?|hsla?|oklch)\(|(?:color|background|border|fill|stroke)[\w-]*:\s*[^;{}"\n]*\b(?:white|black|red|green|blue|gr[ae]y|orange|yellow)\b""", RegexOptions.IgnoreCase)]
    private static partial Regex Colour();
}
