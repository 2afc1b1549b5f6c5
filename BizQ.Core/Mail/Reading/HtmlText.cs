using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace BizQ.Core.Mail.Reading;

/// <summary>
/// The text of an HTML body as a person sees it: breaks where blocks break, "&gt; " before what is quoted, nothing of what the
/// page hides. Text that is hidden from people but not from machines is a known way to slip instructions to an agent.
/// </summary>
internal static class HtmlText
{
    /// <summary>More than any mail people write; the rest is cut with a note.</summary>
    public const int MostCharacters = 2_000_000;

    // The parser looks up the stack of open elements at every tag, so deep nesting costs the square of its depth.
    private const int DeepestNesting = 500;

    internal static readonly HashSet<string> Skipped = ["SCRIPT", "STYLE", "HEAD", "TITLE", "TEMPLATE", "NOSCRIPT", "OBJECT", "IFRAME", "SVG", "MATH", "SELECT"];
    private static readonly HashSet<string> Paragraphs = ["P", "H1", "H2", "H3", "H4", "H5", "H6", "BLOCKQUOTE", "PRE", "TABLE", "UL", "OL", "HR"];
    private static readonly HashSet<string> Blocks = ["DIV", "TR", "LI", "SECTION", "ARTICLE", "HEADER", "FOOTER", "ADDRESS", "DL", "DT", "DD", "CENTER", "FORM", "FIELDSET"];

    // Empty elements, and those the next of their kind closes.
    private static readonly HashSet<string> CannotNest = new(StringComparer.OrdinalIgnoreCase)
    {
        "br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr", "p", "li", "td", "th", "tr", "tbody", "dt", "dd", "option",
    };

    public static string Of(string html, List<string> notes)
    {
        if (html.Length > MostCharacters)
        {
            html = html[..MostCharacters];
            notes.Add($"Its HTML was read up to {MostCharacters:N0} characters.");
        }
        if (NestsTooDeep(html))
        {
            notes.Add("Its HTML nests too deep to lay out; only the text between its tags was read.");
            return TagsDropped(html);
        }
        var writer = new Writer();
        if (new HtmlParser().ParseDocument(html).Body is { } body)
            HtmlWalk.Through(body, node => Enter(node, writer), element => Leave(element, writer));
        if (writer.Hid)
            notes.Add("Text that the HTML hides from its reader was left out.");
        return writer.Finish();
    }

    /// <summary>Writes what stands at the node; true when its children count too. A node without children is left at once.</summary>
    private static bool Enter(INode node, Writer writer)
    {
        if (node is IText text)
            writer.Text(text.Data, keepBreaks: text.ParentElement?.TagName == "PRE");
        if (node is not IElement element)
            return false;
        if (Skipped.Contains(element.TagName))
            return false;
        if (IsHidden(element))
        {
            writer.Hid |= !string.IsNullOrWhiteSpace(element.TextContent);
            return false;
        }
        if (element.TagName == "BR")
            writer.Break();
        if (element.TagName == "IMG" && element.GetAttribute("alt") is { Length: > 0 } alt)
            writer.Text($"[{alt}]", keepBreaks: false);
        if (Blocks.Contains(element.TagName))
            writer.StartLine();
        if (Paragraphs.Contains(element.TagName))
            writer.StartParagraph();
        if (element.TagName == "LI")
            writer.Text("- ", keepBreaks: false);
        if (element.TagName == "BLOCKQUOTE")
            writer.Quotes++;
        if (element.FirstChild is null)
            Leave(element, writer);
        return true;
    }

    private static void Leave(IElement element, Writer writer)
    {
        if (element.TagName is "TD" or "TH")
            writer.Text(" ", keepBreaks: false);
        if (Blocks.Contains(element.TagName))
            writer.StartLine();
        if (Paragraphs.Contains(element.TagName))
            writer.StartParagraph();
        if (element.TagName == "BLOCKQUOTE")
            writer.Quotes--;
    }

    internal static bool IsHidden(IElement element)
    {
        if (element.HasAttribute("hidden"))
            return true;
        var style = element.GetAttribute("style");
        if (string.IsNullOrEmpty(style) || style.Length > 2_000)
            return false;
        var packed = string.Concat(style.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();
        return packed.Contains("display:none", StringComparison.Ordinal) || packed.Contains("visibility:hidden", StringComparison.Ordinal)
            || packed.Contains("font-size:0", StringComparison.Ordinal) && !packed.Contains("font-size:0.", StringComparison.Ordinal)
            || packed.Contains("mso-hide:all", StringComparison.Ordinal);
    }

    internal static bool NestsTooDeep(string html)
    {
        var open = 0;
        for (var i = html.IndexOf('<'); i >= 0 && i + 2 < html.Length; i = html.IndexOf('<', i + 1))
        {
            var closes = html[i + 1] == '/';
            var name = NameAt(html, closes ? i + 2 : i + 1);
            if (name.Length == 0 || CannotNest.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
                continue;
            open = closes ? Math.Max(0, open - 1) : open + 1;
            if (open > DeepestNesting)
                return true;
        }
        return false;
    }

    private static ReadOnlySpan<char> NameAt(string html, int start)
    {
        var end = start;
        while (end < html.Length && end - start < 16 && char.IsAsciiLetterOrDigit(html[end]))
            end++;
        return html.AsSpan(start, end - start);
    }

    private static string TagsDropped(string html)
    {
        var text = new StringBuilder(html.Length / 2);
        var inside = false;
        foreach (var letter in html)
        {
            if (letter == '<')
                inside = true;
            else if (letter == '>' && inside)
                inside = false;
            else if (!inside && !(char.IsWhiteSpace(letter) && text.Length > 0 && char.IsWhiteSpace(text[^1])))
                text.Append(letter);
            if (letter == '<' && text.Length > 0 && !char.IsWhiteSpace(text[^1]))
                text.Append(' ');
        }
        return System.Net.WebUtility.HtmlDecode(text.ToString());
    }

    /// <summary>Collects lines; knows when a space or a break is due, and how deep the quotation is.</summary>
    private sealed class Writer
    {
        private readonly StringBuilder _all = new();
        private readonly StringBuilder _line = new();
        private bool _paragraphDue;
        private int _lineQuotes;
        private int _lastQuotes;

        public int Quotes { get; set; }
        public bool Hid { get; set; }

        public void Text(string text, bool keepBreaks)
        {
            foreach (var letter in text)
            {
                if (keepBreaks && letter == '\n')
                    Break();
                else if (!char.IsWhiteSpace(letter) || letter == '\u00A0')
                    Put(letter == '\u00A0' ? ' ' : letter);
                else if (_line.Length > 0 && _line[^1] != ' ')
                    _line.Append(' ');
            }
        }

        public void Break()
        {
            if (_line.Length == 0)
                _lineQuotes = Quotes;
            EndLine();
        }

        public void StartLine()
        {
            if (_line.Length > 0)
                EndLine();
        }

        public void StartParagraph()
        {
            StartLine();
            _paragraphDue = _all.Length > 0;
        }

        public string Finish()
        {
            StartLine();
            return _all.ToString().Trim('\n', ' ');
        }

        private void Put(char letter)
        {
            if (_line.Length == 0)
                _lineQuotes = Quotes;
            _line.Append(letter);
        }

        private void EndLine()
        {
            if (_paragraphDue && _all.Length > 0 && !EndsWithEmptyLine())
                _all.Append(Prefix(Math.Min(_lineQuotes, _lastQuotes)).TrimEnd()).Append('\n');
            _paragraphDue = false;
            _all.Append(Prefix(_lineQuotes)).Append(_line.ToString().TrimEnd()).Append('\n');
            _line.Clear();
            _lastQuotes = _lineQuotes;
        }

        private bool EndsWithEmptyLine() => _all.Length > 1 && _all[^1] == '\n' && _all[^2] == '\n';

        private static string Prefix(int quotes) => string.Concat(Enumerable.Repeat("> ", Math.Min(quotes, 5)));
    }
}
