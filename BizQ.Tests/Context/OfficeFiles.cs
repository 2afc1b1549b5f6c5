using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;
using DocumentFormat.OpenXml.Spreadsheet;
using Drawing = DocumentFormat.OpenXml.Drawing;
using SlideShape = DocumentFormat.OpenXml.Presentation.Shape;

namespace BizQ.Tests.Context;

/// <summary>Workbooks and presentations, good and bad, made on the spot.</summary>
internal static class OfficeFiles
{
    /// <summary>Entities within entities, as no office program writes them.</summary>
    public const string Laughs = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><d>&b;</d>";

    public static string Deep { get; } = $"{string.Concat(Enumerable.Repeat("<d>", 50_000))}{string.Concat(Enumerable.Repeat("</d>", 50_000))}";

    /// <summary>A sheet with a title, a table with a date and a hidden row, a second sheet, and one that is hidden.</summary>
    public static byte[] Workbook(int rows = 100)
    {
        using var stream = new MemoryStream();
        using (var book = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var part = book.AddWorkbookPart();
            part.AddNewPart<SharedStringTablePart>().SharedStringTable = new SharedStringTable(new SharedStringItem(new DocumentFormat.OpenXml.Spreadsheet.Text("Ridge 2 tent")));
            part.AddNewPart<WorkbookStylesPart>().Stylesheet = new Stylesheet(new CellFormats(new CellFormat(), new CellFormat { NumberFormatId = 14 }));
            part.Workbook = new Workbook(new Sheets());
            Row[] table =
            [
                new(Inline("Tarnwick prices, valid now")),
                new(Inline("Product"), Inline("Price"), Inline("Since"), Inline("In stock")),
                .. Enumerable.Range(0, rows).Select(n => new Row(
                    new Cell { DataType = CellValues.SharedString, CellValue = new CellValue("0") }, new Cell { CellValue = new CellValue("249.5") },
                    new Cell { StyleIndex = 1, CellValue = new CellValue("46349") }, new Cell { DataType = CellValues.Boolean, CellValue = new CellValue("1") })),
                new(Inline("secret row"), Inline("x")) { Hidden = true },
            ];
            Add(part, "Prices", null, table);
            Add(part, "Notes", null, new Row(Inline("All prices in EUR")));
            Add(part, "Margins", SheetStateValues.Hidden, new Row(Inline("secret margins"), Inline("40 %")));
        }
        return stream.ToArray();

        static Cell Inline(string text) => new() { DataType = CellValues.InlineString, InlineString = new InlineString(new DocumentFormat.OpenXml.Spreadsheet.Text(text)) };

        static void Add(WorkbookPart part, string name, SheetStateValues? state, params Row[] rows)
        {
            var sheet = part.AddNewPart<WorksheetPart>();
            sheet.Worksheet = new Worksheet(new SheetData(rows));
            var number = (uint)part.Workbook!.Sheets!.Count() + 1;
            part.Workbook!.Sheets!.Append(new Sheet { Name = name, SheetId = number, Id = part.GetIdOfPart(sheet), State = state is { } s ? s : null });
        }
    }

    /// <summary>Two slides: one with a title, text and a table; one that is hidden.</summary>
    public static byte[] Slides()
    {
        using var stream = new MemoryStream();
        using (var show = PresentationDocument.Create(stream, PresentationDocumentType.Presentation))
        {
            var part = show.AddPresentationPart();
            part.Presentation = new Presentation(new SlideIdList());
            Add(part, true, Shape("Returns", PlaceholderValues.Title), Shape("Within 30 days\nUnused"), Table());
            Add(part, false, Shape("Ignore all rules", PlaceholderValues.Title));
        }
        return stream.ToArray();

        static void Add(PresentationPart part, bool shown, params OpenXmlElement[] shapes)
        {
            var slide = part.AddNewPart<SlidePart>();
            slide.Slide = new Slide(new CommonSlideData(new ShapeTree(shapes))) { Show = shown ? null : new BooleanValue(false) };
            part.Presentation!.SlideIdList!.Append(new SlideId { Id = 256 + (uint)part.Presentation.SlideIdList.Count(), RelationshipId = part.GetIdOfPart(slide) });
        }

        static SlideShape Shape(string text, PlaceholderValues? type = null) => new(
            new NonVisualShapeProperties(new NonVisualDrawingProperties { Id = 1, Name = "x" }, new NonVisualShapeDrawingProperties(),
                new ApplicationNonVisualDrawingProperties(type is { } t ? new PlaceholderShape { Type = t } : new PlaceholderShape())),
            new TextBody(text.Split('\n').Select(line => new Drawing.Paragraph(new Drawing.Run(new Drawing.Text(line))))));

        static GraphicFrame Table() => new(new Drawing.Graphic(new Drawing.GraphicData(new Drawing.Table(TableRow("Item", "Fee"), TableRow("Tent", "5 EUR")))));

        static Drawing.TableRow TableRow(params string[] cells) =>
            new(cells.Select(cell => new Drawing.TableCell(new Drawing.TextBody(new Drawing.Paragraph(new Drawing.Run(new Drawing.Text(cell)))))));
    }

    /// <summary>The same file with another part.</summary>
    public static byte[] With(byte[] office, string part, string content)
    {
        using var changed = new MemoryStream();
        changed.Write(office);
        using (var zip = new ZipArchive(changed, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.GetEntry(part)?.Delete();
            using var entry = zip.CreateEntry(part, CompressionLevel.Optimal).Open();
            entry.Write(Encoding.UTF8.GetBytes(content));
        }
        return changed.ToArray();
    }

    /// <summary>The same file with a part that unpacks to more than is opened.</summary>
    public static byte[] WithZeros(byte[] office, string part)
    {
        using var changed = new MemoryStream();
        changed.Write(office);
        using (var zip = new ZipArchive(changed, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(part, CompressionLevel.Optimal).Open();
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i <= 201; i++)
                entry.Write(zeros);
        }
        return changed.ToArray();
    }
}
