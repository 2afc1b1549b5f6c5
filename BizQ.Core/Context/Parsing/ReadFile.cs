using System.Text;

namespace BizQ.Core.Context.Parsing;

/// <summary>Makes text out of a file, whatever its format. Knows no database.</summary>
public static class ReadFile
{
    public static Outcome<ParsedDocument> Run(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (content.IsEmpty)
            return Refusal.Invalid("emptyFile", $"{fileName} is empty.");
        // A binary format read as text would fill search with noise.
        if (content.Span.Contains((byte)0) || content.Span.StartsWith("%PDF"u8) || !System.Text.Unicode.Utf8.IsValid(content.Span))
            return new Refusal(RefusalKind.Unsupported, "notText", $"{fileName} is not plain text or Markdown in UTF-8, and other formats are not read yet. Save it as text and upload that.");
        var text = Encoding.UTF8.GetString(content.Span);
        var blocks = text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(p => p.StartsWith('#') ? new Block(p.TrimStart('#').Trim(), p.TakeWhile(c => c == '#').Count()) : new Block(p)).ToList();
        return blocks.Count == 0 ? Refusal.Invalid("noText", $"{fileName} holds no text.") : new ParsedDocument("text/plain", null, blocks);
    }
}
