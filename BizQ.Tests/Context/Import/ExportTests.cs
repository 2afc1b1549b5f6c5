using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context.Import;

/// <summary>What is known goes out as a table and comes back the same; no cell is a formula, and no reader gets more than they may see.</summary>
public sealed class ExportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Xlsx)]
    [InlineData(ExportFormat.Jsonl)]
    public async Task What_goes_out_comes_back_the_same(ExportFormat format)
    {
        await using var from = await ImportDesk.Start();
        await from.Business.Say("product", new { sku = "T1", name = "Tent, \"Ridge\" 2;\nblue", price = 249.5, loss = -3, note = "=cmd|' /C calc'!A1", phone = "+49 30 1", quoted = "'=1", tags = new[] { "a", "b" }, size = new { width = 2 } });
        await from.Business.Say("product", new { sku = "00042", name = "Ünïcode – ✓", since = "2026-01-31" });
        var file = await from.Export("product", format);

        await using var to = await ImportDesk.Start();
        var import = (await to.Bring($"products.{format.ToString().ToLowerInvariant()}", file)).Value;
        var seen = await to.Look(import);
        await to.Queue(import, seen.Mapping);
        await to.WorkAll();
        Assert.Equal((ImportState.Done, 2, 0), ((await to.Now(import)).Import.State, (await to.Now(import)).Import.Added, (await to.Now(import)).Import.Failed));
        var (old, back) = (await from.Entities("product"), (await to.Entities("product")).ToDictionary(e => e.Key!));
        Assert.All(old, entity => Assert.True(Sorted(entity) == Sorted(back[entity.Key!]), $"{Sorted(entity)}\n{Sorted(back[entity.Key!])}"));

        static string Sorted(Entity entity) => Json.Text(entity.Data.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}: {p.Value.GetRawText()}"));
    }

    [Fact]
    public async Task No_cell_is_a_formula_and_numbers_stay_numbers()
    {
        await using var desk = await ImportDesk.Start();
        await desk.Business.Say("product", new { sku = "T1", a = "=1+1", b = "@SUM(A1)", c = "-2+3", d = "+49", e = "\t=1", f = "\r=1", g = -5, h = "fine - really", i = "'=1" });
        var csv = (await desk.ExportText("product", ExportFormat.Csv)).Split("\r\n");
        Assert.Equal("sku,a,b,c,d,e,f,g,h,i", csv[0]);
        Assert.Equal("T1,'=1+1,'@SUM(A1),'-2+3,'+49,\"'\t=1\",\"'\r=1\",-5,fine - really,''=1", csv[1]);
        // A name of a field is a cell too.
        await desk.Business.Say("odd", new Dictionary<string, string> { ["key"] = "1", ["=HYPERLINK(\"x\")"] = "1" });
        Assert.StartsWith("key,\"'=HYPERLINK(\"\"x\"\")\"", await desk.ExportText("odd", ExportFormat.Csv), StringComparison.Ordinal);
        using var book = new System.IO.Compression.ZipArchive(new MemoryStream(await desk.Export("product", ExportFormat.Xlsx)));
        await using var sheet = await book.GetEntry("xl/worksheets/sheet1.xml")!.OpenAsync(Cancel);
        var xml = await new StreamReader(sheet).ReadToEndAsync(Cancel);
        Assert.DoesNotContain("<f", xml, StringComparison.Ordinal);
        Assert.Contains("<v>-5</v>", xml, StringComparison.Ordinal);
        Assert.Contains(">'=1+1<", xml, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_reader_gets_what_they_may_see_and_no_name_of_a_field_beyond(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        var closed = (await desk.Business.Upload("pay.md", Files.Text("Ada earns 5000."), access: new AccessGiven(DocumentAccess.Named))).Value;
        var secret = new WriteEntityRequest(null, "person", null, "ada", Json.Element(new { name = "Ada", salary = 5000 }), SourceKind.Document, "pay") { Place = new SourcePlace(closed.Id) };
        Assert.True((await desk.Business.Write.Run(desk.Owner, secret, Cancel)).Ok);
        await desk.Business.Say("person", new { key = "ben", name = "Ben", role = "sales" });
        var viewer = await desk.Business.Kit.NewPerson(desk.Owner.WorkspaceId, Role.Viewer);
        foreach (var format in new[] { ExportFormat.Csv, ExportFormat.Jsonl })
        {
            Assert.Contains("5000", await desk.ExportText("person", format), StringComparison.Ordinal);
            var seen = await desk.ExportText("person", format, viewer);
            Assert.DoesNotContain("salary", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("5000", seen, StringComparison.Ordinal);
            Assert.Contains("Ben", seen, StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task All_of_a_filter_goes_out_page_by_page(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        var items = Enumerable.Range(0, 2_300).Select(n => new WriteEntityRequest(null, n % 2 == 0 ? "order" : "note", null, $"K{n}", Json.Element(new { number = n, text = n == 4 ? "late tent" : "plain" }), SourceKind.Api, "CRM"));
        Assert.True((await new WriteEntities(desk.Business.Kit.Database, desk.Business.Kit.Ids, desk.Business.Kit.Clock).Run(desk.Owner, [.. items], Cancel)).Ok);
        Assert.Equal(1_150 + 2, (await desk.ExportText("order", ExportFormat.Csv)).Split("\r\n").Length);
        var all = (await desk.ExportText("*", ExportFormat.Csv)).Split("\r\n");
        Assert.Equal(("key,number,text,type", 2_300 + 2), (string.Join(',', all[0].Split(',').Order(StringComparer.Ordinal)), all.Length));
        Assert.Equal(2_300, all.Skip(1).Distinct().Count(line => line.Length > 0));
        var found = (await desk.ExportText("*", ExportFormat.Jsonl, text: "late")).Trim().Split('\n');
        // PostgreSQL keeps the fields of an object in an order of its own.
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"type":"order","key":"K4","number":4,"text":"late tent"}"""), JsonElement.Parse(Assert.Single(found))));
        var nobody = new Actor(desk.Owner.WorkspaceId, ActorKind.ApiKey, null, "Key", new HashSet<Permission>());
        Assert.Equal("forbidden", (await new ExportEntities(desk.Business.FindEntities, desk.Business.Kit.Clock).Run(nobody, new FindEntitiesRequest("*"), ExportFormat.Csv, Cancel)).Refusal?.Code);
    }
}
