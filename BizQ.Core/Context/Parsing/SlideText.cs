using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;
using Drawing = DocumentFormat.OpenXml.Drawing;

namespace BizQ.Core.Context.Parsing;

/// <summary>A presentation slide by slide: its title as the heading, each slide a page. Hidden slides and the speaker's notes are left out.</summary>
internal static class SlideText
{
    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (ZipFiles.Check(fileName, content, cancel) is { } refusal)
            return refusal;
        using var stream = ZipFiles.Opened(content);
        using var show = PresentationDocument.Open(stream, isEditable: true, new OpenSettings { AutoSave = false, MaxCharactersInPart = ReadLimits.UnpackedBytes });
        if (show.PresentationPart is not { Presentation.SlideIdList: { } list } part)
            return Refusal.Invalid("brokenFile", $"{fileName} has no slides. Open it in its own program, save it anew and upload that.");
        List<Block> blocks = [];
        var (page, hid) = (0, false);
        foreach (var id in list.Elements<SlideId>())
        {
            cancel.ThrowIfCancellationRequested();
            if (++page > ReadLimits.Pages)
                return Refusal.TooLarge("tooManyPages", $"{fileName} has more than {ReadLimits.Pages:N0} slides. Split it, or upload only the part that matters.");
            if (id.RelationshipId?.Value is not { } relation || part.GetPartById(relation) is not SlidePart { Slide: { } slide })
                continue;
            if (slide.Show?.Value == false)
                hid = true;
            else
                Add(blocks, slide, page);
        }
        var title = show.PackageProperties.Title is { Length: > 0 } own && own != "PowerPoint Presentation" ? own : blocks.Find(b => b.Level == 1).Text;
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Slides), title, blocks) { Pages = page, Notes = hid ? ["Hidden slides were left out."] : [] };
    }

    private static void Add(List<Block> blocks, Slide slide, int page)
    {
        var shapes = slide.Descendants<Shape>().ToList();
        var title = shapes.Find(IsTitle);
        if (title is not null && TextOf(title).ReplaceLineEndings(" ") is { Length: > 0 } heading)
            blocks.Add(new Block(heading, 1, page));
        foreach (var shape in shapes.Where(shape => shape != title))
        {
            if (TextOf(shape) is { Length: > 0 } text)
                blocks.Add(new Block(text, 0, page));
        }
        foreach (var table in slide.Descendants<Drawing.Table>())
        {
            var rows = table.Elements<Drawing.TableRow>().Select(row => string.Join(" | ", row.Elements<Drawing.TableCell>().Select(cell => Lines(cell).Replace('\n', ' '))));
            blocks.Add(new Block(string.Join('\n', rows), 0, page));
        }
    }

    private static bool IsTitle(Shape shape) =>
        shape.NonVisualShapeProperties?.ApplicationNonVisualDrawingProperties?.PlaceholderShape?.Type?.Value is { } type
        && (type == PlaceholderValues.Title || type == PlaceholderValues.CenteredTitle);

    private static string TextOf(Shape shape) => shape.TextBody is { } body ? Lines(body) : "";

    private static string Lines(OpenXmlElement body) => string.Join('\n', body.Descendants<Drawing.Paragraph>()
        .Select(paragraph => string.Concat(paragraph.Descendants().Select(part => part switch { Drawing.Text text => text.Text, Drawing.Break => "\n", _ => "" })).Trim())
        .Where(line => line.Length > 0));
}
