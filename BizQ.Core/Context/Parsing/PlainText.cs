using System.Text;
using BizQ.Core.Mail.Reading;

namespace BizQ.Core.Context.Parsing;

/// <summary>Plain text: paragraphs at empty lines, headings where a line stands alone like one.</summary>
internal static class PlainText
{
    // A line of this many words, alone and without a full stop, is a heading.
    private const int HeadingWords = 8;
    private const int HeadingCharacters = 70;

    public static Outcome<ParsedDocument> Read(ReadOnlySpan<byte> content)
    {
        var (text, notes) = Decode(content);
        var blocks = Paragraphs(text);
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Text), null, [.. blocks.Select((p, i) => new Block(p, IsHeading(p) && i + 1 < blocks.Count ? 1 : 0))]) { Notes = notes };
    }

    /// <summary>By its byte order mark, as UTF-8, or else as what Windows writes.</summary>
    public static (string Text, IReadOnlyList<string> Notes) Decode(ReadOnlySpan<byte> content)
    {
        List<string> notes = [];
        var text = content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(content[2..])
            : content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(content[2..])
            : DecodeText.Of(content, null, notes);
        return (text.ReplaceLineEndings("\n"), notes);
    }

    public static List<string> Paragraphs(string text)
    {
        List<string> paragraphs = [];
        var paragraph = new StringBuilder();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
                End();
            else
                paragraph.Append(paragraph.Length > 0 ? "\n" : "").Append(line.TrimEnd());
        }
        End();
        return paragraphs;

        void End()
        {
            if (paragraph.Length > 0)
                paragraphs.Add(paragraph.ToString());
            paragraph.Clear();
        }
    }

    private static bool IsHeading(string text) =>
        text.Length <= HeadingCharacters && !text.Contains('\n', StringComparison.Ordinal) && char.IsLetterOrDigit(text[0])
        && text[^1] is not ('.' or ',' or ';' or ':' or '!' or '?') && text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length <= HeadingWords;
}
