using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Context;

/// <summary><c>GET /context/search</c>: ways, conditions, the past, and what it refuses.</summary>
public sealed class SearchApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Answers_carry_ways_words_conditions_trust_and_notes(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        using var client = await host.Client(await host.NewWorkspace());
        foreach (var data in new object[] { new { number = "OG-1", status = "late", total = 120 }, new { number = "OG-2", status = "late", total = 20 } })
            (await client.PostAsJsonAsync("/api/v1/context/entities", new { type = "order", data }, Cancel)).EnsureSuccessStatusCode();
        var answer = await Get(client, "q=" + Uri.EscapeDataString("OG-1 status:late total>100 colour:red"));
        var hit = Assert.Single(answer.GetProperty("items").EnumerateArray());
        Assert.Equal("OG-1", hit.GetProperty("title").GetString());
        var why = hit.GetProperty("why");
        Assert.Equal(["text", "fields", "recency"], why.GetProperty("ways").EnumerateArray().Select(w => w.GetProperty("way").GetString()));
        Assert.Equal(["status:late", "total>100"], why.GetProperty("fields").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(3, hit.GetProperty("trust").GetProperty("facts").GetInt32());
        Assert.StartsWith("No field is called 'colour'", Assert.Single(answer.GetProperty("notes").EnumerateArray()).GetString(), StringComparison.Ordinal);
        foreach (var mode in new[] { "hybrid", "text", "meaning", "fields", "graph", "recency" })
            _ = await Get(client, $"q=OG-1&mode={mode}");
        Assert.Empty((await Get(client, "q=late&asOf=2020-01-01")).GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await Get(client, "q=late&asOf=2999-01-01T00:00:00Z")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_by_name()
    {
        await using var host = await TestHost.Start();
        using var client = await host.Client(await host.NewWorkspace());
        foreach (var (query, code) in new[] { ("q=x&mode=best", "badMode"), ("q=x&mode=1", "badMode"), ("q=x&asOf=soon", "badMoment"), ("q=x&cursor=-1", "badCursor"), ("q=", "nothingToSearch") })
        {
            using var response = await client.GetAsync(new Uri($"/api/v1/context/search?{query}", UriKind.Relative), Cancel);
            Assert.Equal((HttpStatusCode.BadRequest, code), (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()));
        }
    }

    private static Task<JsonElement> Get(HttpClient client, string query) =>
        client.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/context/search?{query}", UriKind.Relative), Cancel);
}
