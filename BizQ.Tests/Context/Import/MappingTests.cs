using System.Text;
using BizQ.Core;
using BizQ.Core.Context;

namespace BizQ.Tests.Context.Import;

/// <summary>Whatever a table is written like, its columns find their fields and its cells become values; what cannot be read has a name.</summary>
public sealed class MappingTests
{
    [Fact]
    public async Task Columns_find_their_fields_by_name_sense_and_type_and_a_key_among_them()
    {
        await using var desk = await ImportDesk.Start();
        var seen = await desk.Look("kunden.csv", "Customer Number;FULL_NAME;E-Mail;Telephone;Company Name;Customer since;Favourite colour\nK-1;Ana Berg;ana@x.example;+49 30 1;Berg AG;31.12.2024;red\n", "customer");
        Assert.Equal(
            [("Customer Number", "customerNumber"), ("FULL_NAME", "name"), ("E-Mail", "email"), ("Telephone", "phone"), ("Company Name", "company"), ("Customer since", "customerSince"), ("Favourite colour", "favouriteColour")],
            seen.Mapping.Columns.Select(c => (c.Column, c.Field!)));
        Assert.Equal("Customer Number", seen.Mapping.KeyColumn);
        Assert.Equal("""{"customerNumber":"K-1","name":"Ana Berg","email":"ana@x.example","phone":"+49 30 1","company":"Berg AG","customerSince":"2024-12-31","favouriteColour":"red"}""", seen.Rows[0].Data.GetRawText());
        Assert.Equal(("Ana Berg", "K-1", new PreviewCounts(1, 1, 0, 0, 0, 0)), (seen.Rows[0].Name, seen.Rows[0].Key, seen.Counts));
    }

    [Theory]
    [InlineData("products.csv", "product")]
    [InlineData("export (3) Order list.csv", "order")]
    [InlineData("data.csv", "customer")]
    public async Task What_the_rows_are_is_told_by_the_files_name_and_its_columns(string file, string type)
    {
        await using var desk = await ImportDesk.Start();
        Assert.Equal(type, (await desk.Look(file, "Name,E-mail,Phone,Customer number,Language\nA,a@x.example,1,K-1,de\n")).Mapping.Type);
    }

    [Fact]
    public async Task Values_become_what_their_field_is()
    {
        await using var desk = await ImportDesk.Start();
        var seen = await desk.Look("products.csv", "SKU;Name;Price;Warranty months;In stock;Weight;Fragile;Ready on\n00123;Tent;1.249,50;24;12;2,5;ja;1.2.2026\n00124;Stove;9,00;12;3;0,75;nein;13.2.2026 14:30\n");
        Assert.Equal(
            [ColumnKind.Text, ColumnKind.Text, ColumnKind.Number, ColumnKind.Integer, ColumnKind.Integer, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Date],
            seen.Mapping.Columns.Select(c => c.Kind));
        Assert.Equal("""{"sku":"00123","name":"Tent","price":1249.50,"warrantyMonths":24,"inStock":12,"weight":2.5,"fragile":true,"readyOn":"2026-02-01"}""", seen.Rows[0].Data.GetRawText());
        Assert.EndsWith("\"readyOn\":\"2026-02-13T14:30:00\"}", seen.Rows[1].Data.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Months_come_first_where_a_date_says_so_and_thousands_have_commas()
    {
        await using var desk = await ImportDesk.Start();
        var seen = await desk.Look("orders.csv", "Order number,Order date,Total\nO-1,2/1/2026,\"1,234.50\"\nO-2,2/28/2026,99\n");
        Assert.Equal(["2026-02-01", "2026-02-28"], seen.Rows.Select(r => r.Data.GetProperty("orderedOn").GetString()));
        Assert.Equal(["1234.50", "99"], seen.Rows.Select(r => r.Data.GetProperty("total").GetRawText()));
    }

    [Fact]
    public async Task What_does_not_fit_its_kind_is_named_and_the_other_rows_stand()
    {
        await using var desk = await ImportDesk.Start();
        var import = (await desk.Bring("products.csv", "sku,price,warrantyMonths,until,ok\nA,12,24,2026-01-01,yes\nB,twelve,2.5,soon,perhaps\n,1,1,2026-01-01,no\n")).Value;
        ImportMapping mapping = new("product", [new("sku", "sku"), new("price", "price", ColumnKind.Number), new("warrantyMonths", "warrantyMonths", ColumnKind.Integer), new("until", "until", ColumnKind.Date), new("ok", "ok", ColumnKind.Boolean)], "sku");
        var seen = await desk.Look(import, mapping);
        Assert.Equal(new PreviewCounts(3, 1, 0, 0, 0, 2), seen.Counts);
        Assert.Equal(
            [(3, "price", "twelve"), (3, "warrantyMonths", "2.5"), (3, "until", "soon"), (3, "ok", "perhaps"), (4, "sku", null)],
            seen.Problems.SelectMany(row => row.Problems.Select(p => (row.Row, p.Column!, p.Value))));
        Assert.Equal("It is not a whole number.", seen.Problems[0].Problems[1].Message);
    }

    [Theory]
    [InlineData("a,b\n1,2\n")]
    [InlineData("a;b\n1;2\n")]
    [InlineData("a\tb\n1\t2\n")]
    [InlineData("a|b\n\"1\"|2\n")]
    [InlineData("\"a\";\"b\"\n\"1\";\"2, 3, 4\"\n")]
    [InlineData("Our list of things\n\na;b\n1;2\n")]
    public async Task Columns_are_cut_wherever_they_are(string text)
    {
        await using var desk = await ImportDesk.Start();
        Assert.Equal(["a", "b"], (await desk.Look("things.csv", text, "thing")).Columns.Select(c => c.Name));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("windows-1252")]
    public async Task Letters_are_read_in_the_encoding_they_were_written_in(string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await using var desk = await ImportDesk.Start();
        var coding = Encoding.GetEncoding(encoding);
        byte[] content = [.. coding.GetPreamble(), .. coding.GetBytes("Name;Straße\nJörg Müller;Königsallee 1\n")];
        var seen = await desk.Look((await desk.Bring("kunden.csv", content)).Value, type: "customer");
        Assert.Equal(("Jörg Müller", "Königsallee 1"), (seen.Rows[0].Name, seen.Rows[0].Data.GetProperty("straße").GetString()));
    }

    [Fact]
    public async Task A_workbook_is_read_sheet_by_sheet_with_its_dates()
    {
        await using var desk = await ImportDesk.Start();
        var import = (await desk.Bring("prices.xlsx", OfficeFiles.Workbook(rows: 3))).Value;
        var seen = await desk.Look(import, type: "product");
        Assert.Equal(["Prices", "Notes"], seen.Sheets);
        Assert.Equal(("Ridge 2 tent", 3), (seen.Rows[0].Name, seen.Rows[0].Row));
        Assert.Contains("\"price\":249.5,\"since\":\"2026-11-23\",\"inStock\":true", seen.Rows[0].Data.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await desk.Look(import, type: "product", sheet: "Notes")).Rows);
    }

    [Theory]
    [InlineData("""[{"sku":"T1","tags":["a","b"],"price":12.5},{"sku":"T2","extra":true}]""")]
    [InlineData("""{"items":[{"sku":"T1","tags":["a","b"],"price":12.5},{"sku":"T2","extra":true}]}""")]
    [InlineData("{\"sku\":\"T1\",\"tags\":[\"a\",\"b\"],\"price\":12.5}\n\n{\"sku\":\"T2\",\"extra\":true}\n")]
    public async Task Objects_come_as_a_list_inside_an_answer_or_line_by_line(string text)
    {
        await using var desk = await ImportDesk.Start();
        var seen = await desk.Look("products.json", text);
        Assert.Equal(["""{"sku":"T1","tags":["a","b"],"price":12.5}""", """{"sku":"T2","extra":true}"""], seen.Rows.Select(r => r.Data.GetRawText()));
    }

    [Fact]
    public async Task What_is_no_table_or_too_much_of_one_is_refused_by_name()
    {
        await using var desk = await ImportDesk.Start();
        var wide = string.Join(',', Enumerable.Range(0, ImportLimits.Columns + 1));
        var tall = new StringBuilder("a,b\n").Insert(4, "1,2\n", ImportLimits.Rows + 1).ToString();
        foreach (var (name, content, code) in new (string, byte[], string)[]
        {
            ("a.csv", [], "emptyFile"), ("a.csv", Files.Text("name,mail\n"), "noRows"), ("a.csv", Files.Text($"{wide}\n{wide}\n"), "tooManyColumns"), ("a.csv", Files.Text(tall), "tooManyRows"),
            ("a.csv", new byte[ImportLimits.Bytes + 1], "fileTooLarge"), ("a.pdf", Files.Pdf(["x"]), "notATable"), ("a.docx", Files.Word(), "notATable"), ("a.xlsx", Files.Text("no workbook"), "brokenFile"),
            ("a.json", Files.Text("[{\"a\":1},2]"), "brokenFile"), ("a.json", Files.Text("[{\"a\":1"), "brokenFile"), ("a.json", Files.Text("{\"a\":1}\nno json\n"), "brokenFile"), ("a.json", Files.Text("[]"), "noRows"),
        })
            Assert.Equal((name, code), (name, (await desk.Bring(name, content)).Refusal?.Code));
    }

    [Fact]
    public async Task A_mapping_that_cannot_be_is_refused_with_everything_that_is_wrong()
    {
        await using var desk = await ImportDesk.Start();
        var import = (await desk.Bring("a.csv", "x,y\n1,2\n")).Value;
        var refused = await desk.Queue(import, new ImportMapping("Not a type!", [new("x", "same"), new("y", "same"), new("z", "q")], "k"));
        Assert.Equal(("badMapping", "/type /columns/2/column /columns /keyColumn"), (refused.Refusal?.Code, string.Join(' ', refused.Refusal!.Problems!.Select(p => p.Pointer))));
        Assert.Equal(RefusalKind.Invalid, (await desk.Queue(import, new ImportMapping("thing", [null!]))).Refusal?.Kind);
    }
}
