using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;
using Sheets = DocumentFormat.OpenXml.Spreadsheet;
using Words = DocumentFormat.OpenXml.Wordprocessing;

namespace BizQ.Agents.Documents.Worker;

/// <summary>The smallest Office files: reading them once loads what their library loads only then.</summary>
internal static class OfficePractice
{
    public static IEnumerable<(string Name, byte[] Content)> All() => [("a.docx", Word()), ("a.xlsx", Workbook()), ("a.pptx", Slides())];

    private static byte[] Word()
    {
        using var stream = new MemoryStream();
        using (var word = WordprocessingDocument.Create(stream, WordprocessingDocumentType.Document))
            word.AddMainDocumentPart().Document = new Words.Document(new Words.Body(new Words.Paragraph(new Words.Run(new Words.Text("a")))));
        return stream.ToArray();
    }

    private static byte[] Workbook()
    {
        using var stream = new MemoryStream();
        using (var book = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var part = book.AddWorkbookPart();
            var sheet = part.AddNewPart<WorksheetPart>();
            sheet.Worksheet = new Sheets.Worksheet(new Sheets.SheetData(new Sheets.Row(new Sheets.Cell { CellValue = new Sheets.CellValue("1") }, new Sheets.Cell { CellValue = new Sheets.CellValue("2") })));
            part.Workbook = new Sheets.Workbook(new Sheets.Sheets(new Sheets.Sheet { Name = "a", SheetId = 1, Id = part.GetIdOfPart(sheet) }));
        }
        return stream.ToArray();
    }

    private static byte[] Slides()
    {
        using var stream = new MemoryStream();
        using (var show = PresentationDocument.Create(stream, PresentationDocumentType.Presentation))
        {
            var part = show.AddPresentationPart();
            var slide = part.AddNewPart<SlidePart>();
            slide.Slide = new Slide(new CommonSlideData(new ShapeTree()));
            part.Presentation = new Presentation(new SlideIdList(new SlideId { Id = 256, RelationshipId = part.GetIdOfPart(slide) }));
        }
        return stream.ToArray();
    }
}
