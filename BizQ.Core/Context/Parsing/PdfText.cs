using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

namespace BizQ.Core.Context.Parsing;

/// <summary>A PDF as text with headings and page numbers. The format knows neither words nor paragraphs: <see cref="PdfPage"/> works them out from where letters stand.</summary>
internal static partial class PdfText
{
    // Larger than the body by this much, a line is a heading.
    private const double HeadingSize = 1.15;
    private const int HeadingWords = 14;
    private const int BoldHeadingWords = 9;

    // Lines that stand at the edge of this share of the pages are running heads.
    private const double Running = 0.5;
    private const int FewPages = 4;

    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        try
        {
            using var pdf = PdfDocument.Open(content, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
            if (pdf.NumberOfPages > ReadLimits.Pages)
                return Refusal.TooLarge("tooManyPages", $"{fileName} has {pdf.NumberOfPages:N0} pages; at most {ReadLimits.Pages:N0} are read. Split it, or upload only the part that matters.");
            List<PdfParagraph> paragraphs = [];
            long characters = 0;
            foreach (var page in pdf.GetPages())
            {
                cancel.ThrowIfCancellationRequested();
                var found = PdfPage.Read(page);
                characters += found.Sum(p => (long)p.Text.Length);
                if (characters > ReadLimits.Characters)
                    return ReadFile.TooLong(fileName);
                paragraphs.AddRange(found);
            }
            var body = BodySize(paragraphs);
            var blocks = Blocks(WithoutRunningHeads(paragraphs, pdf.NumberOfPages, body), body);
            return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Pdf), TitleOf(pdf.Information?.Title, blocks), blocks) { Pages = pdf.NumberOfPages };
        }
        catch (PdfDocumentEncryptedException)
        {
            return FileKinds.Encrypted(fileName);
        }
    }

    private static double BodySize(List<PdfParagraph> paragraphs) =>
        paragraphs.GroupBy(p => Math.Round(p.Size, 1)).MaxBy(g => g.Sum(p => p.Text.Length))?.Key ?? 0;

    private static List<Block> Blocks(List<PdfParagraph> paragraphs, double body)
    {
        var sizes = paragraphs.Where(p => IsHeading(p, body)).Select(p => Math.Round(p.Size, 1)).Where(size => size > body * HeadingSize).Distinct().OrderDescending().Take(4).ToList();
        return [.. paragraphs.Select(p => new Block(p.Text, IsHeading(p, body) ? LevelOf(p, sizes) : 0, p.Page))];
    }

    private static bool IsHeading(PdfParagraph p, double body)
    {
        var words = p.Text.Count(c => c is ' ' or '\n') + 1;
        if (!p.Text.Any(char.IsLetter) || p.Text.Contains(" | ", StringComparison.Ordinal))
            return false;
        return p.Size > body * HeadingSize ? words <= HeadingWords : p.Bold && words <= BoldHeadingWords && !p.Text.Contains('\n', StringComparison.Ordinal) && p.Text[^1] is not ('.' or ',' or ';' or ':');
    }

    private static int LevelOf(PdfParagraph p, List<double> sizes) => sizes.FindIndex(size => p.Size >= size - 0.05) is >= 0 and var at ? at + 1 : Math.Min(sizes.Count + 1, 6);

    /// <summary>The first and last lines of a page that come again, but for their numbers, on most other pages; large ones are "Chapter 1", "Chapter 2", ….</summary>
    private static List<PdfParagraph> WithoutRunningHeads(List<PdfParagraph> paragraphs, int pages, double body)
    {
        paragraphs = paragraphs.FindAll(p => !p.AtEdge || !PageNumber().IsMatch(p.Text));
        if (pages < FewPages)
            return paragraphs;
        var often = paragraphs.Where(p => p.AtEdge && p.Size <= body * HeadingSize).GroupBy(p => Pattern(p.Text)).Where(g => g.Select(p => p.Page).Distinct().Count() >= pages * Running).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return often.Count == 0 ? paragraphs : paragraphs.FindAll(p => !p.AtEdge || !often.Contains(Pattern(p.Text)));
    }

    [GeneratedRegex(@"^(page\s)?[\s–-]*([0-9]{1,4}|[ivxlc]{1,6})[\s–-]*((of|/)\s*[0-9]{1,4})?$", RegexOptions.IgnoreCase)]
    private static partial Regex PageNumber();

    private static string Pattern(string text) => string.Concat(text.Where(c => !char.IsDigit(c) && !char.IsWhiteSpace(c)));

    // Programs put the file's name there; then the largest heading says more.
    private static string? TitleOf(string? given, List<Block> blocks)
    {
        var heading = blocks.Find(b => b.Level == 1).Text;
        var usable = given?.Trim() is { Length: > 3 } own && own.Contains(' ', StringComparison.Ordinal) && !own.StartsWith("Microsoft", StringComparison.Ordinal) ? own : null;
        return usable ?? heading ?? given;
    }
}
