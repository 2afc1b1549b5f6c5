using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Waits;

/// <summary>The power goes in the middle of waits, events and calls.</summary>
public sealed class WaitKillTests
{
    private const int Orders = 12;
    private const int Kills = 3;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Killed_while_runs_wait_and_call_each_other_every_one_ends_once(Engine engine)
    {
        using var folder = new TempFolder();
        var connection = await DatabaseKit.NewDatabase(engine, folder.Path);
        var database = new BizQDatabase(connection, folder.Path, new ChangeFeed());
        var ids = new Ids(TimeProvider.System);
        await using (var first = await BizQProcess.Start(folder.Path, connection))
            await first.Stop();
        var owner = await Kit.Workspaces.Make(database, ids, TimeProvider.System, "Mortal business");
        var key = await ApiKeys.Make(database, ids, TimeProvider.System, owner);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed at instants of the seed {seed} on {engine}.");
        var random = new Random(seed);
        for (var life = 0; life <= Kills; life++)
        {
            await using var process = await BizQProcess.Launch(folder.Path, connection).Ready();
            using var api = new HttpClient { BaseAddress = process.Address };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var work = Work(api);
            if (life < Kills)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1200)), TimeProvider.System, _cancel);
                await process.Kill();
                await work;
                continue;
            }
            await work;
            await AllEnded(database, owner, process);
            await process.Stop();
        }
        await Proven(database, owner);
        await DatabaseKit.Discard(database);
    }

    /// <summary>All that other programs ask for, from the beginning each time: keys make the repetition harmless.</summary>
    private async Task Work(HttpClient api)
    {
        try
        {
            await Post(api, "/api/v1/agents", """{ "format": 1, "name": "Leaf", "purpose": "Waits.", "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "wait", "kind": "wait", "settings": { "event": "go", "correlation": "{{ trigger.input.n }}" } } ], "edges": [ { "from": "start", "to": "wait" } ] }""");
            var root = await Post(api, "/api/v1/agents", """{ "format": 1, "name": "Root", "purpose": "Calls.", "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "call", "kind": "agent", "settings": { "agent": "Leaf", "input": "{{ trigger.input }}" } }, { "id": "rest", "kind": "wait", "settings": { "for": "1 s" } }, { "id": "end", "kind": "output", "settings": { "value": "{{ steps.call.output.result }}" } } ], "edges": [ { "from": "start", "to": "call" }, { "from": "start", "to": "rest" }, { "from": "call", "to": "end" }, { "from": "rest", "to": "end" } ] }""")
                ?? await Root(api);
            for (var n = 1; n <= Orders; n++)
            {
                var order = n.ToString(CultureInfo.InvariantCulture);
                await Post(api, $"/api/v1/agents/{root}/runs", $$"""{ "input": { "n": {{order}} } }""", $"run-{order}");
                await Post(api, "/api/v1/events", $$"""{ "name": "go", "correlation": {{order}}, "payload": { "n": {{order}} } }""", $"go-{order}");
            }
        }
        catch (Exception died) when (died is HttpRequestException or IOException)
        {
            // The next life is asked again.
        }
    }

    private async Task<string?> Post(HttpClient api, string address, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var answer = await api.SendAsync(request, _cancel);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(await answer.Content.ReadAsStringAsync(_cancel)).GetProperty("id").GetString() : null;
    }

    private async Task<string> Root(HttpClient api)
    {
        var agents = JsonElement.Parse(await api.GetStringAsync(new Uri("/api/v1/agents", UriKind.Relative), _cancel)).GetProperty("items");
        return agents.EnumerateArray().First(a => a.GetProperty("name").ValueEquals("Root")).GetProperty("id").GetString()!;
    }

    /// <summary>The other process commits, so there is nothing here that could wake this up.</summary>
    private async Task AllEnded(BizQDatabase database, Actor owner, BizQProcess process)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var db = database.Open(owner.WorkspaceId);
            var states = await db.Runs.GroupBy(r => r.Status).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(_cancel);
            if (states is [{ Key: RunStatus.Succeeded, Count: 2 * Orders }])
                return;
            if (TimeProvider.System.GetElapsedTime(since) > Eventually.Bound)
                throw new TimeoutException($"Not all runs ended: {string.Join(", ", states.Select(s => $"{s.Key} {s.Count}"))}. The last process printed:\n{process.Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _cancel);
        }
    }

    private async Task Proven(BizQDatabase database, Actor owner)
    {
        await using var db = database.Open(owner.WorkspaceId);
        Assert.All(await db.RunSteps.GroupBy(s => new { s.RunId, s.NodeId }).Select(g => g.Count()).ToListAsync(_cancel), times => Assert.Equal(1, times));
        Assert.Equal(Enumerable.Repeat(1, Orders), await db.NamedEvents.Select(n => n.Heard).ToListAsync(_cancel));
        Assert.Empty(await db.RunWaits.ToListAsync(_cancel));
        foreach (var root in await db.Runs.Where(r => r.ParentRunId == null).ToListAsync(_cancel))
        {
            var child = await db.Runs.SingleAsync(r => r.ParentRunId == root.Id, _cancel);
            Assert.Equal(root.Input.GetProperty("input").GetProperty("n").GetInt32(), child.Input.GetProperty("input").GetProperty("n").GetInt32());
        }
    }
}
