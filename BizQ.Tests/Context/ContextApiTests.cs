using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary>Context over HTTP alone, on both engines.</summary>
public sealed class ContextApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task An_entity_is_made_read_edited_removed_and_restored(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var made = await Send(client, HttpMethod.Post, "entities", new { type = "Customer", data = new { name = "Ana Berg", email = "ana@x.example", city = "Berlin" }, source = "CRM", observedAt = "2026-11-01T10:00:00+02:00" });
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (made.Status, made.ETag));
        var id = made.Text("id");
        Assert.Equal($"/api/v1/context/entities/{id}", made.Headers.Location!.ToString());
        Assert.Equal(("customer", "Ana Berg", "ana@x.example"), (made.Text("type"), made.Text("name"), made.Text("key")));

        var again = await Send(client, HttpMethod.Post, "entities", new { type = "customer", data = new { email = "ANA@x.example", city = "Hamburg" } });
        Assert.Equal((HttpStatusCode.OK, id, "\"2\""), (again.Status, again.Text("id"), again.ETag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send(client, HttpMethod.Post, "entities", new { type = "customer", data = new { email = "ana@x.example" } }, ("If-None-Match", "*"))).Status);

        var edited = await Send(client, HttpMethod.Put, $"entities/{id}", new { data = new { name = "Ana Berg", email = "ana@x.example" } }, ("If-Match", "\"2\""));
        Assert.Equal((HttpStatusCode.OK, "\"3\""), (edited.Status, edited.ETag));
        Assert.False(edited.Body.GetProperty("data").TryGetProperty("city", out _));
        var late = await Send(client, HttpMethod.Put, $"entities/{id}", new { data = new { name = "Other" } }, ("If-Match", "\"2\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "changedMeanwhile"), (late.Status, late.Text("code")));

        var facts = (await Send(client, HttpMethod.Get, $"entities/{id}/facts?field=city")).Items;
        Assert.Equal(["null", "\"Hamburg\"", "\"Berlin\""], facts.Select(f => f.GetProperty("value").GetRawText()));
        Assert.Equal(("CRM", "2026-11-01T08:00:00+00:00"), (facts[2].GetProperty("sourceName").GetString(), facts[2].GetProperty("observedAt").GetString()));
        Assert.Equal(facts[1].GetProperty("id").GetString(), facts[2].GetProperty("supersededBy").GetString());

        Assert.Equal(HttpStatusCode.NotModified, (await Send(client, HttpMethod.Get, $"entities/{id}", null, ("If-None-Match", "\"3\""))).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Send(client, HttpMethod.Delete, $"entities/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(client, HttpMethod.Get, $"entities/{id}")).Status);
        Assert.Empty((await Send(client, HttpMethod.Get, "search?q=ana")).Items);
        Assert.Equal(HttpStatusCode.OK, (await Send(client, HttpMethod.Post, $"entities/{id}/restore")).Status);
        Assert.Single((await Send(client, HttpMethod.Get, "search?q=ana")).Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Entities_are_imported_listed_by_cursor_and_found_by_type_words_and_fields(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var items = Enumerable.Range(1, 5).Select(n => new { type = "order", data = new { number = $"OG-{n}", city = n % 2 == 0 ? "Berlin" : "Rome", note = n == 4 ? "fragile stove" : "tent" } });
        Assert.Equal(5, (await Send(client, HttpMethod.Post, "entities/import", new { items })).Items.Count);
        await Send(client, HttpMethod.Post, "entities", new { type = "product", data = new { sku = "T1", name = "Stove" } });

        var first = await Send(client, HttpMethod.Get, "entities?type=order&limit=3");
        var second = await Send(client, HttpMethod.Get, $"entities?type=order&limit=3&cursor={first.Text("next")}");
        Assert.Equal(["OG-5", "OG-4", "OG-3", "OG-2", "OG-1"], first.Items.Concat(second.Items).Select(e => e.GetProperty("key").GetString()));
        Assert.Equal(JsonValueKind.Null, second.Body.GetProperty("next").ValueKind);
        Assert.Equal(["OG-4", "OG-2"], (await Send(client, HttpMethod.Get, "entities?where=city:BERLIN")).Items.Select(e => e.GetProperty("key").GetString()));
        Assert.Equal("OG-3", (await Send(client, HttpMethod.Get, "entities?key=og-3")).Items.Single().GetProperty("name").GetString());
        Assert.Equal(["OG-4"], (await Send(client, HttpMethod.Get, "entities?type=order&q=stoves")).Items.Select(e => e.GetProperty("key").GetString()));
        Assert.Equal([("order", 5), ("product", 1)], (await Send(client, HttpMethod.Get, "types")).Items.Take(2).Select(t => (t.GetProperty("type").GetString()!, t.GetProperty("count").GetInt32())));

        var bad = await Send(client, HttpMethod.Post, "entities/import", new { items = new object[] { new { type = "order", data = new { number = "OG-9" } }, new { type = "2x", data = 3 } } });
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal(["/1/type", "/1/data"], bad.Body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
        Assert.Empty((await Send(client, HttpMethod.Get, "entities?key=OG-9")).Items);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_document_is_uploaded_both_ways_kept_once_found_with_its_source_and_given_back(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var client = await host.Client(owner);
        var pdf = Files.Pdf(["# Ridge 2 tent", "Sleeps two."], ["# Care", "Dry the tent before storing it, or the seams will rot."]);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(pdf), "file", "ridge manual.pdf" } };
        var made = await Answer.Of(await client.PostAsync(Path("documents"), form, Cancel));
        var id = made.Text("id");
        Assert.Equal((HttpStatusCode.Accepted, "reading", $"/api/v1/context/documents/{id}"), (made.Status, made.Text("state"), made.Headers.Location!.ToString()));
        await host.Get<ReadAccepted>().All(owner.WorkspaceId, Cancel);
        made = await Send(client, HttpMethod.Get, $"documents/{id}");
        Assert.Equal(("ready", "Ridge 2 tent", "application/pdf", 2), (made.Text("state"), made.Text("title"), made.Text("mediaType"), made.Body.GetProperty("pages").GetInt32()));

        using var raw = new ByteArrayContent(pdf) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") } };
        var again = await Answer.Of(await client.PostAsync(Path("documents?fileName=other.pdf"), raw, Cancel));
        Assert.Equal((HttpStatusCode.OK, id), (again.Status, again.Text("id")));

        var hit = (await Send(client, HttpMethod.Get, "search?q=how do I store the tent&types=document")).Items[0];
        Assert.Equal(("passage", id, "Ridge 2 tent, page 2"), (hit.GetProperty("kind").GetString(), hit.GetProperty("ownerId").GetString(), hit.GetProperty("source").GetString()));
        var snippet = hit.GetProperty("snippet").GetString()!;
        var marked = hit.GetProperty("highlights").EnumerateArray().Select(h => snippet.Substring(h.GetProperty("start").GetInt32(), h.GetProperty("length").GetInt32()));
        Assert.Equal(["tent", "storing"], marked);

        var renamed = await Send(client, HttpMethod.Put, $"documents/{id}", new { title = "Tent manual" }, ("If-Match", made.ETag!));
        Assert.Equal((HttpStatusCode.OK, "Tent manual"), (renamed.Status, renamed.Text("title")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send(client, HttpMethod.Put, $"documents/{id}", new { title = "Mine" }, ("If-Match", made.ETag!))).Status);
        Assert.Equal("Tent manual › Care", (await Send(client, HttpMethod.Get, "search?q=storing")).Items[0].GetProperty("title").GetString());

        var file = await client.GetAsync(Path($"documents/{id}/file"), Cancel);
        Assert.Equal(pdf, await file.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(("ridge manual.pdf", "application/octet-stream"), (file.Content.Headers.ContentDisposition!.FileNameStar, file.Content.Headers.ContentType!.MediaType));

        Assert.Equal(HttpStatusCode.NoContent, (await Send(client, HttpMethod.Delete, $"documents/{id}")).Status);
        Assert.Empty((await Send(client, HttpMethod.Get, "search?q=storing")).Items);
        Assert.Empty((await Send(client, HttpMethod.Get, "documents")).Items);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(client, HttpMethod.Get, $"documents/{id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send(client, HttpMethod.Post, $"documents/{id}/restore")).Status);
        Assert.Single((await Send(client, HttpMethod.Get, "search?q=storing")).Items);
        Assert.Equal(2, (await Send(client, HttpMethod.Get, $"documents/{id}")).Body.GetProperty("passages").GetArrayLength());
    }

    [Fact]
    public async Task What_cannot_be_taken_is_refused_with_a_problem_document()
    {
        await using var host = await TestHost.Start();
        var client = await host.Client(await host.NewWorkspace());
        await Refused(HttpStatusCode.UnsupportedMediaType, "formatNotRead", await Upload("a.gif", [.. "GIF89a"u8, 0, 0]));
        await Refused(HttpStatusCode.BadRequest, "emptyFile", await Upload("a.txt", []));
        await Refused(HttpStatusCode.RequestEntityTooLarge, "fileTooLarge", await Upload("a.txt", new byte[Archive.MostBytes + 1]));
        using var two = new MultipartFormDataContent { { new ByteArrayContent([1]), "a", "a.txt" }, { new ByteArrayContent([2]), "b", "b.txt" } };
        await Refused(HttpStatusCode.BadRequest, "oneFile", await client.PostAsync(Path("documents"), two, Cancel));
        using var torn = new ByteArrayContent(Files.Text("--x\r\nnot a form")) { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") } };
        await Refused(HttpStatusCode.BadRequest, "badForm", await client.PostAsync(Path("documents"), torn, Cancel));
        await Refused(HttpStatusCode.BadRequest, "nothingToSearch", await client.GetAsync(Path("search"), Cancel));
        foreach (var list in (string[])["entities?cursor=x", "documents?cursor=x", "search?q=a&cursor=x"])
            await Refused(HttpStatusCode.BadRequest, "badCursor", await client.GetAsync(Path(list), Cancel));
        await Refused(HttpStatusCode.BadRequest, "badWhere", await client.GetAsync(Path("entities?where=city"), Cancel));
        await Refused(HttpStatusCode.BadRequest, "badEntity", await client.PostAsJsonAsync(Path("entities"), new { name = "x" }, Cancel));
        using var broken = new StringContent("{\"type\": \"x\", \"data\": {", new MediaTypeHeaderValue("application/json"));
        await Refused(HttpStatusCode.BadRequest, "invalidJson", await client.PostAsync(Path("entities"), broken, Cancel));

        async Task<HttpResponseMessage> Upload(string name, byte[] content)
        {
            using var body = new ByteArrayContent(content);
            return await client.PostAsync(Path($"documents?fileName={name}"), body, Cancel);
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_document_has_tags_readers_versions_and_passages_a_page_at_a_time(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var client = await host.Client(owner);
        var viewer = await host.Client(await host.NewPerson(owner.WorkspaceId, Role.Viewer));
        using var old = new ByteArrayContent(Files.Pdf(["# One", "First page here."], ["# Two", "Second page here."], ["# Three", "Third page here."]));
        var id = (await Answer.Of(await client.PostAsync(Path("documents?fileName=a.pdf&tag=Returns&tag=public"), old, Cancel))).Text("id");
        await host.Get<ReadAccepted>().All(owner.WorkspaceId, Cancel);
        var passages = await Send(client, HttpMethod.Get, $"documents/{id}/passages?limit=2");
        Assert.Equal((2, "2"), (passages.Items.Count, passages.Text("next")));
        Assert.Equal([3], (await Send(client, HttpMethod.Get, $"documents/{id}/passages?cursor=2")).Items.Select(p => p.GetProperty("page").GetInt32()));
        Assert.Equal([2, 3], (await Send(client, HttpMethod.Get, $"documents/{id}/passages?page=2")).Items.Select(p => p.GetProperty("page").GetInt32()));
        Assert.Empty((await Send(client, HttpMethod.Get, $"documents/{id}/passages?page=9")).Items);
        Assert.Equal(["public", "returns"], (await Send(client, HttpMethod.Get, $"documents/{id}")).Body.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        Assert.Single((await Send(client, HttpMethod.Get, "documents?tag=returns&state=ready")).Items);
        Assert.Empty((await Send(client, HttpMethod.Get, "documents?tag=other")).Items);

        using var secret = new ByteArrayContent(Files.EncryptedPdf());
        var refused = (await Answer.Of(await client.PostAsync(Path($"documents?fileName=a.pdf&replaces={id}"), secret, Cancel))).Text("id");
        await host.Get<ReadAccepted>().All(owner.WorkspaceId, Cancel);
        var said = (await Send(client, HttpMethod.Get, $"documents/{refused}")).Body;
        Assert.Equal(("refused", "encrypted"), (said.GetProperty("state").GetString(), said.GetProperty("refusal").GetProperty("code").GetString()));
        Assert.Equal([2, 1], (await Send(client, HttpMethod.Get, $"documents/{id}/versions")).Items.Select(d => d.GetProperty("edition").GetInt32()));

        var closed = await Send(client, HttpMethod.Put, $"documents/{id}", new { access = "named", roles = new[] { "approver" } });
        Assert.Equal(("named", "approver"), (closed.Text("access"), closed.Body.GetProperty("readers").GetProperty("roles")[0].GetString()));
        foreach (var path in (string[])[$"documents/{id}", $"documents/{id}/file", $"documents/{id}/passages", $"documents/{id}/versions"])
            Assert.Equal(HttpStatusCode.NotFound, (await Send(viewer, HttpMethod.Get, path)).Status);
        Assert.Empty((await Send(viewer, HttpMethod.Get, "search?q=second page")).Items);
        Assert.Equal(HttpStatusCode.OK, (await Send(client, HttpMethod.Get, $"documents/{id}/passages")).Status);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_foreign_workspaces_id_is_as_unknown_as_any_and_a_viewer_may_only_look(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var mine = await host.Client(owner);
        var stranger = await host.Client(await host.NewWorkspace("Another"));
        var viewer = await host.Client(await host.NewPerson(owner.WorkspaceId, Role.Viewer));
        var entity = (await Send(mine, HttpMethod.Post, "entities", new { type = "policy", data = new { name = "Returns", days = 30 } })).Text("id");
        var fact = (await Send(mine, HttpMethod.Get, $"entities/{entity}/facts")).Items[0].GetProperty("id").GetString();
        using var text = new StringContent("Returns within 30 days");
        var document = (await Answer.Of(await mine.PostAsync(Path("documents?fileName=a.txt"), text, Cancel))).Text("id");
        await host.Get<ReadAccepted>().All(owner.WorkspaceId, Cancel);
        (HttpMethod Method, string Path, object? Body, bool Writes)[] routes =
        [
            (HttpMethod.Get, $"entities/{entity}", null, false), (HttpMethod.Get, $"entities/{entity}/facts", null, false),
            (HttpMethod.Put, $"entities/{entity}", new { data = new { name = "x" } }, true), (HttpMethod.Delete, $"entities/{entity}", null, true),
            (HttpMethod.Post, $"entities/{entity}/restore", null, true), (HttpMethod.Post, $"facts/{fact}/verify", null, true),
            (HttpMethod.Get, $"documents/{document}", null, false), (HttpMethod.Get, $"documents/{document}/file", null, false),
            (HttpMethod.Put, $"documents/{document}", new { title = "x" }, true), (HttpMethod.Delete, $"documents/{document}", null, true), (HttpMethod.Post, $"documents/{document}/restore", null, true),
        ];
        foreach (var (method, path, body, writes) in routes)
        {
            var foreign = await Send(stranger, method, path, body);
            var unknown = await Send(stranger, method, path.Replace(entity, document, StringComparison.Ordinal).Replace(document, "019aa000-0000-7000-8000-000000000000", StringComparison.Ordinal).Replace(fact!, "019aa000-0000-7000-8000-000000000000", StringComparison.Ordinal), body);
            Assert.Equal((HttpStatusCode.NotFound, unknown.Status, unknown.Text("detail")), (foreign.Status, foreign.Status, foreign.Text("detail")));
            Assert.Equal(writes ? HttpStatusCode.Forbidden : HttpStatusCode.OK, (await Send(viewer, method, path, body)).Status);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(viewer, HttpMethod.Post, "entities", new { type = "policy", data = new { name = "x" } })).Status);
        using var other = new StringContent("Other");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(Path("documents?fileName=b.txt"), other, Cancel)).StatusCode);
        Assert.Empty((await Send(stranger, HttpMethod.Get, "search?q=returns")).Items);
        Assert.Equal(2, (await Send(viewer, HttpMethod.Get, "search?q=returns")).Items.Count);
        Assert.NotEqual(JsonValueKind.Undefined, (await Send(mine, HttpMethod.Post, $"facts/{fact}/verify")).Body.GetProperty("verifiedAt").ValueKind);
    }

    private static Uri Path(string path) => new($"/api/v1/context/{path}", UriKind.Relative);

    private static async Task Refused(HttpStatusCode status, string code, HttpResponseMessage response)
    {
        var answer = await Answer.Of(response);
        Assert.Equal((status, code, "application/problem+json"), (answer.Status, answer.Text("code"), response.Content.Headers.ContentType!.MediaType));
    }

    private static async Task<Answer> Send(HttpClient client, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Path(path)) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Answer.Of(await client.SendAsync(request, Cancel));
    }

    private sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, JsonElement Body)
    {
        public string? ETag => Headers.ETag?.ToString();

        public IReadOnlyList<JsonElement> Items => [.. Body.GetProperty("items").EnumerateArray()];

        public string Text(string name) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value)
            ? value.GetString()!
            : throw new InvalidOperationException($"{Status} has no {name}: {(Body.ValueKind == JsonValueKind.Undefined ? "no JSON" : Body.GetRawText())}");

        public static async Task<Answer> Of(HttpResponseMessage response)
        {
            using (response)
            {
                var text = await response.Content.ReadAsByteArrayAsync(Cancel);
                var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
                return new Answer(response.StatusCode, response.Headers, isJson ? JsonElement.Parse(text) : default);
            }
        }
    }
}
