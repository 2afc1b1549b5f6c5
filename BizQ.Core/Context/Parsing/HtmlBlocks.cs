using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>
/// A web page as what its reader sees: headings, paragraphs, lists, tables row by row. Menus and whatever the page hides are
/// left out: text hidden from people but not from machines is a known way to slip instructions to an agent.
/// </summary>
internal static class HtmlBlocks
{
    private static readonly HashSet<string> Menus = ["NAV", "BUTTON", "DIALOG"];
    private static readonly HashSet<string> Ends =
        ["P", "PRE", "TABLE", "UL", "OL", "DL", "BLOCKQUOTE", "DIV", "SECTION", "ARTICLE", "HEADER", "FOOTER", "ASIDE", "MAIN", "FIGURE", "FORM", "HR", "ADDRESS", "DETAILS"];
    private static readonly HashSet<string> Lines = ["LI", "TR", "DT", "DD", "BR", "CAPTION", "FIGCAPTION", "SUMMARY"];

    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        List<string> notes = [];
        var html = DecodeText.OfHtml(content, notes);
        if (HtmlText.NestsTooDeep(html))
            return Refusal.Invalid("tooDeep", $"{fileName} nests its parts too deep to lay out, as no real page does. Save it as text and upload that.");
        var document = new HtmlParser().ParseDocument(html);
        var walk = new Walk(cancel);
        if (document.Body is { } body)
            walk.Through(body);
        if (walk.Hid)
            notes.Add("Text that the page hides from its reader was left out.");
        var title = document.QuerySelector("title")?.TextContent.Trim() is { Length: > 0 } given ? given : walk.Blocks.Find(b => b.Level == 1).Text;
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Html), title, walk.Blocks) { Notes = notes };
    }

    /// <summary>Makes blocks of what is passed by.</summary>
    private sealed class Walk(CancellationToken cancel)
    {
        private readonly StringBuilder _text = new();
        private bool _spaceDue;
        private int _lists;

        public List<Block> Blocks { get; } = [];

        public bool Hid { get; private set; }

        public void Through(INode root)
        {
            HtmlWalk.Through(root, Enter, Leave);
            End(0);
        }

        private bool Enter(INode node)
        {
            cancel.ThrowIfCancellationRequested();
            if (node is IText text)
                Write(text.Data, pre: text.ParentElement?.TagName == "PRE");
            if (node is not IElement element || HtmlText.Skipped.Contains(element.TagName) || Menus.Contains(element.TagName) || element.GetAttribute("role") == "navigation")
                return false;
            if (HtmlText.IsHidden(element))
            {
                Hid |= !string.IsNullOrWhiteSpace(element.TextContent);
                return false;
            }
            if (IsHeading(element) || (Ends.Contains(element.TagName) && _lists == 0))
                End(0);
            else if (Ends.Contains(element.TagName) || Lines.Contains(element.TagName))
                Line();
            _lists += Groups(element) ? 1 : 0;
            if (element.TagName == "LI")
                _text.Append("- ");
            if (element.TagName is "TD" or "TH" && _text.Length > 0 && _text[^1] != '\n')
                Write(" | ", pre: false);
            if (element.TagName == "IMG" && element.GetAttribute("alt") is { Length: > 0 } alt)
                Write(alt, pre: false);
            if (element.FirstChild is null)
                Leave(element);
            return true;
        }

        private void Leave(IElement element)
        {
            _lists -= Groups(element) ? 1 : 0;
            if (IsHeading(element))
                End(element.TagName[1] - '0');
            else if (Ends.Contains(element.TagName) && _lists == 0)
                End(0);
            else if (Ends.Contains(element.TagName) || Lines.Contains(element.TagName))
                Line();
        }

        // What is inside a list or table stays one block, line by line.
        private static bool Groups(IElement element) => element.TagName is "UL" or "OL" or "DL" or "TABLE";

        private static bool IsHeading(IElement element) => element.TagName is ['H', >= '1' and <= '6'];

        private void Write(string text, bool pre)
        {
            foreach (var letter in text)
            {
                if (pre && letter == '\n')
                    Line();
                else if (char.IsWhiteSpace(letter))
                    _spaceDue = _text.Length > 0 && _text[^1] != '\n';
                else
                {
                    if (_spaceDue && _text.Length > 0 && _text[^1] is not ('\n' or ' '))
                        _text.Append(' ');
                    _spaceDue = false;
                    _text.Append(letter);
                }
            }
        }

        private void Line()
        {
            _spaceDue = false;
            if (_text.Length > 0 && _text[^1] != '\n')
                _text.Append('\n');
        }

        private void End(int level)
        {
            if (_text.ToString().Trim() is { Length: > 0 } text)
                Blocks.Add(new Block(level > 0 ? text.ReplaceLineEndings(" ") : text, level));
            _text.Clear();
            _spaceDue = false;
        }
    }
}
