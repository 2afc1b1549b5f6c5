using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace BizQ.Core.Context;

/// <summary>A workbook of one sheet. Office's library would keep the whole of it in memory until the end; a zip of five files is all it is.</summary>
internal sealed class SheetExport : TableExport
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    private readonly ZipArchive _zip;
    private readonly Stream _sheet;
    private readonly XmlWriter _xml;
    private readonly StringBuilder _place = new();
    private int _row;

    public SheetExport(Stream stream)
    {
        _zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Part("[Content_Types].xml", $"<Types xmlns=\"{Package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{Types}.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{Types}.worksheet+xml\"/></Types>");
        Part("_rels/.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        Part("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"Entities\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
        Part("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"r1\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
        _sheet = _zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).Open();
        _xml = XmlWriter.Create(_sheet, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false, CloseOutput = false });
        _xml.WriteStartElement("worksheet", Main);
        _xml.WriteStartElement("sheetData", Main);
    }

    public override void Begin(IReadOnlyList<string> names) => Row(names.Select(name => Json.Element(name)));

    public override void Add(ExportColumns columns, Entity entity) => Row(columns.Of(entity));

    public override async ValueTask DisposeAsync()
    {
        _xml.WriteEndDocument();
        _xml.Dispose();
        await _sheet.DisposeAsync();
        _zip.Dispose();
    }

    private void Row(IEnumerable<JsonElement> values)
    {
        _row++;
        _xml.WriteStartElement("row", Main);
        _xml.WriteAttributeString("r", _row.ToString(CultureInfo.InvariantCulture));
        var column = 0;
        foreach (var value in values)
        {
            column++;
            if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
                Cell(column, value);
        }
        _xml.WriteEndElement();
    }

    private void Cell(int column, JsonElement value)
    {
        _xml.WriteStartElement("c", Main);
        _xml.WriteAttributeString("r", Place(column));
        // A sheet's number has 15 digits; one with more is kept as text, or it would lose them.
        if (value.ValueKind == JsonValueKind.Number && value.GetRawText().Count(char.IsAsciiDigit) <= 15)
        {
            _xml.WriteElementString("v", Main, value.GetRawText());
        }
        else if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            _xml.WriteAttributeString("t", "b");
            _xml.WriteElementString("v", Main, value.ValueKind == JsonValueKind.True ? "1" : "0");
        }
        else
        {
            _xml.WriteAttributeString("t", "inlineStr");
            _xml.WriteStartElement("is", Main);
            _xml.WriteStartElement("t", Main);
            _xml.WriteAttributeString("xml", "space", null, "preserve");
            _xml.WriteString(Storable(TextOf(value)));
            _xml.WriteEndElement();
            _xml.WriteEndElement();
        }
        _xml.WriteEndElement();
    }

    private string Place(int column)
    {
        _place.Clear();
        for (var left = column; left > 0; left = (left - 1) / 26)
            _place.Insert(0, (char)('A' + ((left - 1) % 26)));
        return _place.Append(CultureInfo.InvariantCulture, $"{_row}").ToString();
    }

    /// <summary>What XML may hold and a cell too.</summary>
    private static string Storable(string text)
    {
        var cut = text.Length <= ImportLimits.CellLength ? text : text[..(ImportLimits.CellLength - 1)] + "…";
        return cut.All(XmlConvert.IsXmlChar) ? cut : string.Concat(cut.Where((c, i) => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)));
    }

    private void Part(string name, string xml)
    {
        using var part = _zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        part.Write(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{xml}"));
    }
}
