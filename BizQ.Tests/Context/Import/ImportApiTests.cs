using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context.Import;

/// <summary>Import and export over HTTP, worked on by the host itself.</summary>
public sealed class ImportApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_file_is_brought_looked_at_started_and_done_and_goes_out_again(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var client = await host.Client(owner);
        using var form = new MultipartFormDataContent { { new ByteArrayContent("sku,name,price\nT1,Tent,249.5\nT2,Stove,12\n,Lost,1\n"u8.ToArray()), "file", "products.csv" } };
        using var bring = new HttpRequestMessage(HttpMethod.Post, Path("imports")) { Content = form, Headers = { { "Idempotency-Key", "k1" } } };
        var made = await client.SendAsync(bring, Cancel);
        var import = await Body(made);
        var id = import.GetProperty("id").GetString();
        Assert.Equal((HttpStatusCode.Created, $"/api/v1/context/imports/{id}", "mapping", 3), (made.StatusCode, made.Headers.Location!.ToString(), import.GetProperty("state").GetString(), import.GetProperty("rows").GetInt32()));
        using var raw = new HttpRequestMessage(HttpMethod.Post, Path("imports?fileName=other.csv")) { Content = new ByteArrayContent("a,b\n1,2\n"u8.ToArray()), Headers = { { "Idempotency-Key", "k1" } } };
        Assert.Equal(id, (await Body(await client.SendAsync(raw, Cancel))).GetProperty("id").GetString());

        var seen = await Body(await client.PostAsJsonAsync(Path($"imports/{id}/preview"), new { }, Cancel));
        Assert.Equal((2, 1), (seen.GetProperty("counts").GetProperty("added").GetInt32(), seen.GetProperty("counts").GetProperty("failed").GetInt32()));
        var started = await client.PostAsJsonAsync(Path($"imports/{id}/start"), new { mapping = seen.GetProperty("mapping") }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        await Ended(host, owner);

        var done = await Body(await client.GetAsync(Path($"imports/{id}"), Cancel));
        Assert.Equal(("done", 2, 1, 4), (done.GetProperty("state").GetString(), done.GetProperty("added").GetInt32(), done.GetProperty("failed").GetInt32(), done.GetProperty("problems")[0].GetProperty("row").GetInt32()));
        Assert.Single((await Body(await client.GetAsync(Path("imports"), Cancel))).GetProperty("items").EnumerateArray());
        Assert.Contains("4,sku,,", await client.GetStringAsync(Path($"imports/{id}/problems.csv"), Cancel), StringComparison.Ordinal);

        var file = await client.GetAsync(Path("entities/export?type=product&format=csv&where=sku:T1"), Cancel);
        Assert.Equal(("text/csv", "sku,name,price\r\nT1,Tent,249.5\r\n"), (file.Content.Headers.ContentType!.MediaType, (await file.Content.ReadAsStringAsync(Cancel)).TrimStart('\uFEFF')));
        Assert.StartsWith("product-", file.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync(Path($"imports/{id}/cancel"), null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Path($"imports/{id}/undo"), null, Cancel)).StatusCode);
        await Ended(host, owner);
        Assert.Equal("undone", (await Body(await client.GetAsync(Path($"imports/{id}"), Cancel))).GetProperty("state").GetString());
        Assert.Empty((await Body(await client.GetAsync(Path("entities?type=product"), Cancel))).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task What_cannot_be_is_a_problem_with_a_name()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        var client = await host.Client(owner);
        var viewer = await host.Client(await host.NewPerson(owner.WorkspaceId, Role.Viewer));
        foreach (var (who, path, content, code) in new (HttpClient, string, string, string)[]
        {
            (viewer, "imports?fileName=a.csv", "a,b\n1,2\n", "forbidden"), (client, "imports?fileName=a.csv", "", "emptyFile"), (client, "imports?fileName=a.csv", "a,b\n", "noRows"), (client, "imports?fileName=a.html", "<html><p>x", "notATable"),
        })
        {
            using var body = new StringContent(content);
            Assert.Equal((path, code), (path, (await Body(await who.PostAsync(Path(path), body, Cancel))).GetProperty("code").GetString()));
        }
        foreach (var (path, code) in new[] { ("entities/export?format=pdf", "badFormat"), ("entities/export?where=x", "badWhere"), ("imports?cursor=x", "badCursor") })
            Assert.Equal((path, code), (path, (await Body(await client.GetAsync(Path(path), Cancel))).GetProperty("code").GetString()));
    }

    private static Task<EntityImport> Ended(TestHost host, Actor owner) => host.Until(
        owner.WorkspaceId, db => db.Imports.FirstOrDefaultAsync(i => i.State == ImportState.Done || i.State == ImportState.Failed || i.State == ImportState.Undone, Cancel), "an import that has ended");

    private static Uri Path(string path) => new($"/api/v1/context/{path}", UriKind.Relative);

    private static async Task<JsonElement> Body(HttpResponseMessage answer)
    {
        using (answer)
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel));
    }
}
