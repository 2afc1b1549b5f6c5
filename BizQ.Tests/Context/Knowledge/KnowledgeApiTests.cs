using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context.Knowledge;

/// <summary>Types, the past, relations and late edits over HTTP alone, on both engines.</summary>
public sealed class KnowledgeApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_type_is_saved_read_and_removed_and_entities_say_what_they_lack(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var body = new { title = "Machine", icon = "factory", category = "processes", required = new[] { "hours" }, @volatile = new[] { new { field = "hours", days = 30 } }, schema = new { properties = new { hours = new { type = "integer" } } } };
        var saved = await Send(client, HttpMethod.Put, "types/Machine", body);
        Assert.Equal((HttpStatusCode.OK, "\"1\"", "machine", "own", "Machines"), (saved.Status, saved.ETag, saved.Text("type"), saved.Text("origin"), saved.Text("plural")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send(client, HttpMethod.Put, "types/machine", body, ("If-Match", "\"7\""))).Status);
        Assert.Equal("\"2\"", (await Send(client, HttpMethod.Put, "types/machine", body with { title = "Big machine" }, ("If-Match", "\"1\""))).ETag);

        var made = await Send(client, HttpMethod.Post, "entities", new { type = "machine", data = new { name = "Lathe" } });
        Assert.Equal(["hours:missing"], Findings(made.Body));
        Assert.Equal(["hours:wrongKind"], Findings((await Send(client, HttpMethod.Put, $"entities/{made.Text("id")}", new { data = new { name = "Lathe", hours = "many" } })).Body));
        Assert.Equal(["hours:wrongKind"], Findings((await Send(client, HttpMethod.Get, $"entities/{made.Text("id")}")).Body));
        var fact = (await Send(client, HttpMethod.Get, $"entities/{made.Text("id")}/facts?field=hours")).Items.Single();
        Assert.Equal("fresh", fact.GetProperty("freshness").GetProperty("state").GetString());
        Assert.Equal(fact.GetProperty("observedAt").GetDateTimeOffset().AddDays(30), fact.GetProperty("freshness").GetProperty("until").GetDateTimeOffset());

        Assert.Equal((HttpStatusCode.Conflict, "typeInUse"), Refused(await Send(client, HttpMethod.Delete, "types/machine")));
        await Send(client, HttpMethod.Delete, $"entities/{made.Text("id")}");
        Assert.Equal(HttpStatusCode.NoContent, (await Send(client, HttpMethod.Delete, "types/machine")).Status);
        Assert.Equal((HttpStatusCode.NotFound, "notFound"), Refused(await Send(client, HttpMethod.Get, "types/machine")));
        Assert.Equal((HttpStatusCode.BadRequest, "badType"), Refused(await Send(client, HttpMethod.Put, "types/machine", new { })));
        Assert.Equal(("builtIn", "customers"), ((await Send(client, HttpMethod.Get, "types/order")).Text("origin"), (await Send(client, HttpMethod.Get, "types/order")).Text("category")));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_late_edit_is_told_what_differs_and_nothing_of_either_is_lost(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var id = (await Send(client, HttpMethod.Post, "entities", new { type = "policy", data = new { name = "Returns", days = 30, text = "Free", note = "old" } })).Text("id");
        await Send(client, HttpMethod.Put, $"entities/{id}", new { data = new { name = "Returns", days = 14, text = "Free of charge", note = "old" } }, ("If-Match", "\"1\""));
        var late = await Send(client, HttpMethod.Put, $"entities/{id}", new { data = new { name = "Returns", days = 60, text = "Free", extra = "mine" } }, ("If-Match", "\"1\""));

        Assert.Equal((HttpStatusCode.PreconditionFailed, "changedMeanwhile", "\"2\""), (late.Status, late.Text("code"), late.ETag));
        var conflict = late.Body.GetProperty("conflict");
        Assert.Equal(["days"], conflict.GetProperty("both").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal((14, 2), (conflict.GetProperty("current").GetProperty("data").GetProperty("days").GetInt32(), conflict.GetProperty("current").GetProperty("version").GetInt32()));
        Assert.Equal(30, conflict.GetProperty("opened").GetProperty("days").GetInt32());
        var merged = conflict.GetProperty("merged");
        Assert.Equal((60, "Free of charge", "mine", false), (merged.GetProperty("days").GetInt32(), merged.GetProperty("text").GetString(), merged.GetProperty("extra").GetString(), merged.TryGetProperty("note", out _)));

        Assert.Equal(HttpStatusCode.OK, (await Send(client, HttpMethod.Put, $"entities/{id}", new { data = merged }, ("If-Match", late.ETag!))).Status);
        Assert.Equal(["60", "14", "30"], (await Send(client, HttpMethod.Get, $"entities/{id}/facts?field=days")).Items.Select(f => f.GetProperty("value").GetRawText()));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_past_is_read_compared_and_brought_back(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var made = await Send(client, HttpMethod.Post, "entities", new { type = "policy", data = new { name = "Returns", days = 30 }, source = "Handbook", validTo = "2090-01-01T00:00:00+01:00" });
        var id = made.Text("id");
        var then = made.Text("updatedAt");
        await Send(client, HttpMethod.Put, $"entities/{id}", new { data = new { name = "Returns", days = 14 } });

        var past = await Send(client, HttpMethod.Get, $"entities/{id}?asOf={Uri.EscapeDataString(then)}");
        Assert.Equal((1, 30), (past.Body.GetProperty("version").GetInt32(), past.Body.GetProperty("data").GetProperty("days").GetInt32()));
        Assert.Equal(30, (await Send(client, HttpMethod.Get, $"entities?type=policy&where=days:30&asOf={then}")).Items.Single().GetProperty("data").GetProperty("days").GetInt32());
        Assert.Equal("2089-12-31T23:00:00+00:00", (await Send(client, HttpMethod.Get, $"entities/{id}/facts?field=days&asOf={then}")).Items.Single().GetProperty("validTo").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await Send(client, HttpMethod.Get, $"entities/{id}?asOf=2001-01-01")).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "badAsOf"), Refused(await Send(client, HttpMethod.Get, $"entities/{id}?asOf=yesterday")));

        var history = (await Send(client, HttpMethod.Get, $"entities/{id}/history")).Items;
        Assert.Equal([2, 1], history.Select(v => v.GetProperty("version").GetInt32()));
        var change = history[0].GetProperty("changes").EnumerateArray().Single();
        Assert.Equal(("days", 30, 14), (change.GetProperty("field").GetString(), change.GetProperty("before").GetInt32(), change.GetProperty("after").GetInt32()));
        Assert.Equal(("Handbook", "added"), (history[1].GetProperty("sourceName").GetString(), history[1].GetProperty("step").GetString()));

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send(client, HttpMethod.Post, $"entities/{id}/history/1/restore", null, ("If-Match", "\"1\""))).Status);
        var restored = await Send(client, HttpMethod.Post, $"entities/{id}/history/1/restore", null, ("If-Match", "\"2\""));
        Assert.Equal(("\"3\"", 30), (restored.ETag, restored.Body.GetProperty("data").GetProperty("days").GetInt32()));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Relations_are_said_listed_walked_and_ended(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var client = await host.Client(await host.NewWorkspace());
        var ana = (await Send(client, HttpMethod.Post, "entities", new { type = "customer", data = new { name = "Ana", email = "ana@x.example" } })).Text("id");
        var order = (await Send(client, HttpMethod.Post, "entities", new { type = "order", data = new { number = "O-1", customer = "ana@x.example" } })).Text("id");
        var tool = (await Send(client, HttpMethod.Post, "entities", new { type = "tool", data = new { name = "Shop" } })).Text("id");
        var made = await Send(client, HttpMethod.Post, $"entities/{order}/relations", new { kind = "takenIn", to = tool, source = "Ana Berg", observedAt = "2026-11-01T10:00:00+02:00" });
        Assert.Equal((HttpStatusCode.OK, "Ana Berg", "2026-11-01T08:00:00+00:00"), (made.Status, made.Text("sourceName"), made.Text("observedAt")));

        Assert.Equal(["takenIn:Shop", "placedBy:Ana"], (await Send(client, HttpMethod.Get, $"entities/{order}/relations?direction=out")).Items.Select(Said));
        Assert.Equal(["placedBy:O-1"], (await Send(client, HttpMethod.Get, $"entities/{ana}/relations?kind=placedBy")).Items.Select(Said));
        Assert.Empty((await Send(client, HttpMethod.Get, $"entities/{ana}/relations?direction=OUT")).Items);
        Assert.Equal((HttpStatusCode.BadRequest, "badDirection"), Refused(await Send(client, HttpMethod.Get, $"entities/{ana}/relations?direction=up")));
        Assert.Equal(3, (await Send(client, HttpMethod.Get, $"entities/{ana}/neighbourhood?depth=2")).Body.GetProperty("nodes").GetArrayLength());
        Assert.Equal(["Ana", "O-1", "Shop"], (await Send(client, HttpMethod.Get, $"path?from={ana}&to={tool}")).Body.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("name").GetString()));
        Assert.Equal((HttpStatusCode.BadRequest, "badPath"), Refused(await Send(client, HttpMethod.Get, $"path?from={ana}")));

        Assert.Equal(HttpStatusCode.NoContent, (await Send(client, HttpMethod.Delete, $"relations/{made.Text("id")}")).Status);
        Assert.Empty((await Send(client, HttpMethod.Get, $"path?from={ana}&to={tool}")).Body.GetProperty("nodes").EnumerateArray());
        Assert.Single((await Send(client, HttpMethod.Get, $"entities/{tool}/relations?ended=true")).Items);
    }

    private static string Said(JsonElement relation) => $"{relation.GetProperty("kind").GetString()}:{relation.GetProperty("other").GetProperty("name").GetString()}";

    private static IEnumerable<string> Findings(JsonElement entity) => entity.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("field").GetString()}:{f.GetProperty("kind").GetString()}");

    private static (HttpStatusCode, string) Refused(Answer answer) => (answer.Status, answer.Text("code"));

    private static async Task<Answer> Send(HttpClient client, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/v1/context/{path}", UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsByteArrayAsync(Cancel);
        return new Answer(response.StatusCode, response.Headers.ETag?.ToString(), text.Length == 0 ? default : JsonElement.Parse(text));
    }

    private sealed record Answer(HttpStatusCode Status, string? ETag, JsonElement Body)
    {
        public IReadOnlyList<JsonElement> Items => [.. Body.GetProperty("items").EnumerateArray()];

        public string Text(string name) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value)
            ? value.GetString()!
            : throw new InvalidOperationException($"{Status} has no {name}: {(Body.ValueKind == JsonValueKind.Undefined ? "no JSON" : Body.GetRawText())}");
    }
}
