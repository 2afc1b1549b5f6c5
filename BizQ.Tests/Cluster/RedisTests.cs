using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Cluster;

/// <summary>The same nodes, when they find each other in Redis and talk over it.</summary>
public sealed class RedisTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_meet_in_Redis_share_the_runs_and_hear_each_other_also_after_a_lost_connection()
    {
        await using var redis = await RedisServer.Start();
        await using var nodes = new Nodes { Settings = [("Cluster:Mode", "Redis"), ("Cluster:Redis", redis.Address)] };
        await nodes.InitializeAsync();
        var workspace = (await nodes.First.NewWorkspace()).WorkspaceId;
        var heard = new SemaphoreSlim(0);
        var missed = new SemaphoreSlim(0);
        using var listening = nodes.Second.Changes.Subscribe(workspace, change => (change.MayBeAnything ? missed : heard).Release());
        nodes.First.Changes.Publish(new Change(workspace, "runs", workspace));
        Assert.True(await heard.WaitAsync(Eventually.Bound, _cancel));

        Assert.StartsWith(":", await redis.Say("CLIENT KILL TYPE pubsub"), StringComparison.Ordinal);
        Assert.True(await missed.WaitAsync(Eventually.Bound, _cancel), "Nobody was told that something may have been missed.");
        nodes.First.Changes.Publish(new Change(workspace, "runs", workspace));
        Assert.True(await heard.WaitAsync(Eventually.Bound, _cancel));

        await NodesTests.RunsGoOnWhereverThereIsRoom(nodes);
    }
}
