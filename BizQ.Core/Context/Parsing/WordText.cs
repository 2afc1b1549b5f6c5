using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace BizQ.Core.Context.Parsing;

/// <summary>A Word document as its reader sees it: headings by their styles, lists, tables row by row. Deleted and hidden text is left out.</summary>
internal static class WordText
{
    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (ZipFiles.Check(fileName, content, cancel) is { } refusal)
            return refusal;
        using var stream = ZipFiles.Opened(content);
        using var word = WordprocessingDocument.Open(stream, isEditable: true, new OpenSettings { AutoSave = false, MaxCharactersInPart = ReadLimits.UnpackedBytes });
        if (word.MainDocumentPart?.Document?.Body is not { } body)
            return Refusal.Invalid("brokenFile", $"{fileName} has no text part. Open it in its own program, save it anew and upload that.");
        var walk = new Walk(HeadingStyles(word.MainDocumentPart), cancel);
        walk.Through(body);
        var title = word.PackageProperties.Title is { Length: > 0 } own ? own : walk.Title ?? walk.Blocks.Find(b => b.Level == 1).Text;
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Word), title, walk.Blocks) { Notes = walk.Hid ? ["Hidden text was left out."] : [] };
    }

    /// <summary>Style ids are translated with the program ("berschrift1"), the names of built-in styles never are ("heading 1").</summary>
    private static Dictionary<string, int> HeadingStyles(MainDocumentPart main)
    {
        Dictionary<string, int> levels = [];
        foreach (var style in main.StyleDefinitionsPart?.Styles?.Elements<Style>() ?? [])
        {
            var name = style.StyleName?.Val?.Value?.ToLowerInvariant() ?? "";
            if (style.StyleId?.Value is not { } id)
                continue;
            if (name == "title")
                levels[id] = 0;
            else if (name.StartsWith("heading ", StringComparison.Ordinal) && int.TryParse(name[8..], out var level) && level is >= 1 and <= 9)
                levels[id] = Math.Min(level, 6);
            else if (style.StyleParagraphProperties?.OutlineLevel?.Val?.Value is { } outline && outline < 6)
                levels[id] = outline + 1;
        }
        return levels;
    }

    // Depth is bounded: ZipFiles has looked through the XML.
    private sealed class Walk(Dictionary<string, int> styles, CancellationToken cancel)
    {
        public List<Block> Blocks { get; } = [];

        public string? Title { get; private set; }

        public bool Hid { get; private set; }

        private bool _inList;

        public void Through(OpenXmlElement parent)
        {
            foreach (var element in parent.ChildElements)
            {
                cancel.ThrowIfCancellationRequested();
                if (element is Paragraph paragraph)
                    Add(paragraph);
                else if (element is Table table)
                    Add(string.Join('\n', table.Elements<TableRow>().Select(Row).Where(row => row.Length > 0)), 0, list: false);
                else if (element is SdtBlock or SdtContentBlock or CustomXmlBlock)
                    Through(element);
            }
        }

        private string Row(TableRow row) => string.Join(" | ", row.Elements<TableCell>().Select(cell => string.Join(' ', cell.Descendants<Paragraph>().Select(TextOf)).Trim()));

        private void Add(Paragraph paragraph)
        {
            var text = TextOf(paragraph).Trim();
            var properties = paragraph.ParagraphProperties;
            var level = properties?.ParagraphStyleId?.Val?.Value is { } style && styles.TryGetValue(style, out var known) ? known
                : properties?.OutlineLevel?.Val?.Value is { } outline && outline < 6 ? outline + 1 : -1;
            if (text.Length == 0)
                _inList = false;
            else if (level == 0)
                Title ??= text;
            else if (level > 0)
                Add(text.ReplaceLineEndings(" "), level, list: false);
            else if (properties?.NumberingProperties is not null)
                Add($"- {text}", 0, list: true);
            else
                Add(text, 0, list: false);
        }

        // The items of a list are one block, so that a passage has them together.
        private void Add(string text, int level, bool list)
        {
            if (list && _inList)
                Blocks[^1] = Blocks[^1] with { Text = $"{Blocks[^1].Text}\n{text}" };
            else if (text.Length > 0)
                Blocks.Add(new Block(text, level));
            _inList = list;
        }

        private string TextOf(Paragraph paragraph)
        {
            var text = new StringBuilder();
            Write(text, paragraph);
            return text.ToString();
        }

        private void Write(StringBuilder text, OpenXmlElement parent)
        {
            foreach (var element in parent.ChildElements)
            {
                switch (element)
                {
                    case Text words:
                        text.Append(words.Text);
                        break;
                    case TabChar:
                        text.Append(' ');
                        break;
                    case Break or CarriageReturn:
                        text.Append('\n');
                        break;
                    case NoBreakHyphen:
                        text.Append('-');
                        break;
                    case Run { RunProperties.Vanish: { } vanish } when vanish.Val?.Value != false:
                        Hid = true;
                        break;
                    case AlternateContent alternative:
                        // The same twice, for newer and older programs.
                        if (alternative.GetFirstChild<AlternateContentChoice>() is { } choice)
                            Write(text, choice);
                        break;
                    case DeletedRun or MoveFromRun or ParagraphProperties or RunProperties:
                        break;
                    case Paragraph inner:
                        // A text box within the paragraph.
                        text.Append('\n');
                        Write(text, inner);
                        break;
                    default:
                        Write(text, element);
                        break;
                }
            }
        }
    }
}
