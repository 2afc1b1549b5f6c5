using System.Text.Json;
using BizQ.Agents.Runtime;
using BizQ.Agents.Runtime.Turns;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Cluster;

/// <summary>What may be under way at once holds for all nodes together.</summary>
public sealed class SharedLimitTests
{
    [Theory]
    [InlineData(5, 1, 5)]
    [InlineData(5, 2, 5)]
    [InlineData(10_000, 7, 10_000)]
    [InlineData(2, 3, 3)]
    public void The_parts_of_all_nodes_are_the_limit_and_nobody_has_nothing(int limit, int nodes, int sum)
    {
        var parts = Enumerable.Range(0, nodes).Select(place => new NodeShare(nodes, place).Of(limit)).ToList();
        Assert.Equal(sum, parts.Sum());
        Assert.InRange(parts.Max() - parts.Min(), 0, 1);
    }

    [Fact]
    public async Task Two_nodes_together_drive_no_more_of_an_agent_than_it_may_have()
    {
        var (script, busy, most) = (new Script(), 0, 0);
        using var go = new SemaphoreSlim(0);
        script.On("long", async (_, cancel) =>
        {
            lock (script)
                most = Math.Max(most, ++busy);
            await go.WaitAsync(cancel);
            lock (script)
                busy--;
            return Script.Says(1);
        });
        await using var nodes = new Nodes { More = script.Register };
        await nodes.InitializeAsync();
        var loops = new[] { nodes.First.Get<RunLoop>(), nodes.Second.Get<RunLoop>() };
        await Until(() => loops.Select(l => l.Share).OrderBy(s => s.Place).SequenceEqual([new NodeShare(2, 0), new NodeShare(2, 1)]), "the nodes to know of each other");

        const int count = 12;
        var owner = await nodes.First.NewWorkspace();
        var agent = await Agent(nodes.First, owner);
        for (var n = 0; n < count; n++)
            await nodes.First.Get<StartRun>().Run(owner, new StartRunRequest(agent.Id, "manual", "A run", JsonElement.Parse("""{"kind":"manual"}"""), $"key-{n}"), TestContext.Current.CancellationToken);
        await Until(() => loops.Sum(l => l.Live) == count && Volatile.Read(ref busy) == 2, "all runs to be taken on, and two to be under way");
        go.Release(count);
        await nodes.First.Until(owner.WorkspaceId, async db => await db.Runs.CountAsync(r => r.Status == RunStatus.Succeeded) == count ? "" : null, "all runs to end");
        Assert.Equal(2, most);
    }

    /// <summary>Nodes that learn of each other, and runs that wait for their turn, commit nothing that could wake a test up.</summary>
    private static async Task Until(Func<bool> look, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!look())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Eventually.Bound)
                throw new TimeoutException($"Waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<Agent> Agent(TestHost host, Actor owner)
    {
        var (ids, now) = (host.Get<Ids>(), host.Clock.GetUtcNow());
        var agent = new Agent { Id = ids.New(), WorkspaceId = owner.WorkspaceId, Name = "Slow", Purpose = "Being tested", CreatedAt = now, UpdatedAt = now, CurrentVersionNumber = 1 };
        var definition = Graphs.Definition("start:trigger long", "start>long") with { Limits = new LimitsDefinition { RunsInFlight = 2 } };
        var version = new AgentVersion { Id = ids.New(), WorkspaceId = owner.WorkspaceId, AgentId = agent.Id, Number = 1, Definition = Json.Element(definition), Hash = "", CreatedByName = "Test Owner", CreatedAt = now };
        agent.CurrentVersionId = version.Id;
        await using var db = host.Database.Open(owner.WorkspaceId);
        db.AddRange(agent, version);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return agent;
    }
}
