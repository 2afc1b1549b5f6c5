using System.Collections.Concurrent;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Cluster;

/// <summary>Nodes die and come back, the database dies and comes back, and nobody who handed in work can tell.</summary>
public sealed class ThreeNodesTests
{
    private const string FiveNodes = """
        {
          "format": 1, "name": "Five", "purpose": "Counts.", "triggers": [ { "id": "hand", "kind": "manual" } ],
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "double", "kind": "transform", "settings": { "set": { "n": "{{ trigger.input.n * 2 }}" } } },
            { "id": "which", "kind": "branch", "settings": { "cases": [ { "name": "small", "when": "steps.double.output.n < 0" } ], "otherwise": "large" } },
            { "id": "more", "kind": "transform", "settings": { "set": { "n": "{{ steps.double.output.n + 1 }}" } } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.more.output.n }}" } }
          ],
          "edges": [ { "from": "start", "to": "double" }, { "from": "double", "to": "which" }, { "from": "which", "to": "more", "case": "large" }, { "from": "which", "to": "end", "case": "small" }, { "from": "more", "to": "end" } ]
        }
        """;

    private const int Clients = 4;
    private static readonly TimeSpan Reign = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(6);

    /// <summary>Between two pieces of work of one client: enough of them that every kill meets some, few enough to leave room for starting nodes on two cores.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(25);

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_in_turn_for_a_minute_while_the_database_crashes_too_they_lose_nothing_and_repeat_nothing()
    {
        await using var fleet = await Fleet.Found();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => fleet.Launch(n).Ready()));
        try
        {
            var agent = await fleet.Save(nodes[0], FiveNodes);
            var accepted = new ConcurrentDictionary<string, Guid>();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
            var clients = Enumerable.Range(0, Clients).Select(client => HandIn(fleet, nodes, agent, client, accepted, stop.Token)).ToList();
            var kills = await KillInTurn(fleet, nodes);
            await stop.CancelAsync();
            await Task.WhenAll(clients);

            var rest = await fleet.Until(async db => !await db.Runs.AnyAsync(r => r.CompletedAt == null, _cancel), "the end of all runs");
            TestContext.Current.TestOutputHelper?.WriteLine($"{accepted.Count} runs, {kills} kills, all ended {rest.TotalSeconds:0.0} s after the last work was handed in.");
            await NothingIsLostOrRepeated(fleet, accepted);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private async Task<int> KillInTurn(Fleet fleet, BizQProcess[] nodes)
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Killed in the order of seed {seed}.");
        var (random, kills) = (new Random(seed), 0);
        for (var since = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(since) < Reign; kills++)
        {
            await Task.Delay(Life, TimeProvider.System, _cancel);
            var victim = random.Next(nodes.Length);
            // On a crowded machine the others may have given one up, which then ended by itself: whoever watches over it starts it anew.
            foreach (var n in Enumerable.Range(0, nodes.Length).Where(n => n == victim || nodes[n].Output.Contains("ends now", StringComparison.Ordinal)))
            {
                await nodes[n].DisposeAsync();
                nodes[n] = fleet.Launch(n);
            }
            if (kills == 4)
                await fleet.Server.Crash();
        }
        return kills;
    }

    /// <summary>A client that takes no for an answer from one node and asks another, under the same key, until its work is taken.</summary>
    private static async Task HandIn(Fleet fleet, BizQProcess[] nodes, string agent, int client, ConcurrentDictionary<string, Guid> accepted, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var key = $"{client}-{n}";
            for (var tries = n; !accepted.ContainsKey(key); tries++)
            {
                if (await fleet.TryStart(nodes[tries % nodes.Length], agent, key, new { n }) is { } run)
                    accepted[key] = run;
                await Task.Delay(Breath, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private async Task NothingIsLostOrRepeated(Fleet fleet, ConcurrentDictionary<string, Guid> accepted)
    {
        await using var db = fleet.Database.Open(fleet.Owner.WorkspaceId);
        var runs = await db.Runs.AsNoTracking().ToListAsync(_cancel);
        Assert.Equal(accepted.OrderBy(one => one.Key), runs.Select(r => KeyValuePair.Create(r.IdempotencyKey, r.Id)).OrderBy(one => one.Key));
        Assert.All(runs, run => Assert.Equal(RunStatus.Succeeded, run.Status));
        Assert.All(runs, run => Assert.Equal(int.Parse(run.IdempotencyKey.Split('-')[1], null) * 2 + 1, run.Output?.GetInt32()));
        var steps = await db.RunSteps.GroupBy(s => s.RunId).Select(g => new { Steps = g.Count(), Nodes = g.Select(s => s.NodeId).Distinct().Count() }).ToListAsync(_cancel);
        Assert.Equal(runs.Count, steps.Count);
        Assert.All(steps, run => Assert.Equal((5, 5), (run.Steps, run.Nodes)));
    }
}
