using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Hosting;

/// <summary>Two businesses on one machine: nothing of theirs collides, and each ends when it is asked to.</summary>
public sealed class SideBySideTests
{
    private const string Agent = """
        {
          "format": 1, "name": "Greeter", "purpose": "Greets.", "triggers": [ { "id": "hand", "kind": "manual" } ],
          "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": "Hello {{ trigger.input.name }}" } } ],
          "edges": [ { "from": "start", "to": "end" } ]
        }
        """;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_with_different_data_paths_answer_finish_runs_and_end_within_five_seconds()
    {
        using var one = new TempFolder();
        using var two = new TempFolder();
        var keys = new[] { await Prepare(one), await Prepare(two) };
        var both = await Task.WhenAll(BizQProcess.Start(one.Path, ""), BizQProcess.Start(two.Path, ""));
        await using var first = both[0];
        await using var second = both[1];

        foreach (var (process, key) in both.Zip(keys))
            Assert.Equal("Hello Ada", await Greet(process, key));
        // Neither knows the other's keys.
        Assert.Equal(HttpStatusCode.Unauthorized, await Post(first, keys[1]));
        foreach (var process in both)
        {
            var since = Stopwatch.GetTimestamp();
            await process.Stop();
            Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
    }

    private static async Task<string> Prepare(TempFolder folder)
    {
        var connection = await DatabaseKit.NewDatabase(Engine.Sqlite, folder.Path);
        var (database, ids) = (new BizQDatabase(connection, folder.Path, new ChangeFeed()), new Ids(TimeProvider.System));
        return await ApiKeys.Make(database, ids, TimeProvider.System, await Kit.Workspaces.Make(database, ids, TimeProvider.System, "Business"));
    }

    private async Task<string?> Greet(BizQProcess process, string key)
    {
        using var api = Client(process, key);
        using var definition = new StringContent(Agent, Encoding.UTF8, "application/json");
        using var saved = await api.PostAsync("/api/v1/agents", definition, _cancel);
        Assert.True(saved.IsSuccessStatusCode, await saved.Content.ReadAsStringAsync(_cancel));
        var id = (await saved.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("id").GetString();
        using var run = await api.PostAsJsonAsync($"/api/v1/agents/{id}/runs?wait=30s", new { input = new { name = "Ada" } }, _cancel);
        Assert.Equal(HttpStatusCode.OK, run.StatusCode);
        return (await run.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("output").GetString();
    }

    private async Task<HttpStatusCode> Post(BizQProcess process, string key)
    {
        using var api = Client(process, key);
        using var answer = await api.GetAsync(new Uri("/api/v1/agents", UriKind.Relative), _cancel);
        return answer.StatusCode;
    }

    private static HttpClient Client(BizQProcess process, string key)
    {
        var client = new HttpClient { BaseAddress = process.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
