using System.Text;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;

namespace BizQ.Tests.Triggers;

/// <summary>One broker for the two engines: its start is the dear part.</summary>
public sealed class QueueTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queue_starts_runs_on_both_engines()
    {
        await using var broker = await RabbitServer.Start();
        foreach (var engine in Enum.GetValues<Engine>())
            await A_hundred_duplicates_make_one_run_and_bad_messages_are_set_aside(broker, engine);
        await Nothing_is_lost_when_the_broker_goes_away_or_the_agent_rests(broker);
    }

    private async Task A_hundred_duplicates_make_one_run_and_bad_messages_are_set_aside(RabbitServer broker, Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script(), settings: ("Queues:Uri", broker.Uri));
        await stage.Agent(Reading("orders"));
        var queue = await NameOf(stage, "orders");
        await using var connection = await Connect(broker);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), _cancel);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: _cancel);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Send(channel, queue, """{"order":1042}""", "order-1042")));
        await Send(channel, queue, "no id", null, "text/plain");
        await Send(channel, queue, "no id", null, "text/plain");
        await Send(channel, queue, "{broken", "bad");
        await Send(channel, queue, "{}", "circle", headers: new Dictionary<string, object?> { [Hops.Header] = "10" });
        await Send(channel, queue, """{"order":1043}""", "order-1043");

        var runs = await Runs(stage, 3);
        Assert.All(runs, run => Assert.Equal(("queue", "in"), (run.TaskType, run.TriggerId)));
        Assert.Equal(["1042", "1043", "no id"], runs.Select(r => r.Input.GetProperty("body")).Select(b => b.ValueKind == System.Text.Json.JsonValueKind.String ? b.GetString()! : b.GetProperty("order").ToString()).Order(StringComparer.Ordinal));

        var parked = QueueNames.ParkedOf(queue);
        var reasons = new List<string>();
        await Until(async () =>
        {
            await using var look = await connection.CreateChannelAsync(cancellationToken: _cancel);
            while (await Get(look, parked) is { } set)
                reasons.Add(Encoding.UTF8.GetString((byte[])set.BasicProperties.Headers![QueueNames.ReasonHeader]!));
            return reasons.Count == 2;
        });
        Assert.Equal(["hopLimit", "notJson"], reasons.Order(StringComparer.Ordinal));
        // Everything has been taken off, once its run was there.
        await Until(async () => await channel.MessageCountAsync(queue, _cancel) == 0);
        Assert.Equal(3, (await Runs(stage, 3)).Count);
    }

    private async Task Nothing_is_lost_when_the_broker_goes_away_or_the_agent_rests(RabbitServer broker)
    {
        await using var stage = await Stage.Set(Engine.Sqlite, new Script(), settings: ("Queues:Uri", broker.Uri));
        var agent = await stage.Agent(Reading("steady"));
        var queue = await NameOf(stage, "steady");
        await Publish(broker, queue, "one");
        await Runs(stage, 1);

        await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, true, _cancel);
        await using (var connection = await Connect(broker))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: _cancel))
            await Until(async () => await channel.ConsumerCountAsync(queue, _cancel) == 0);
        await Publish(broker, queue, "two");
        await broker.End();
        Assert.Single(await Runs(stage, 1));

        await broker.Begin();
        await stage.Host.Get<PauseAgent>().Run(stage.Owner, agent.Id, false, _cancel);
        await Runs(stage, 2);
        await Publish(broker, queue, "three");
        Assert.Equal(["one", "three", "two"], (await Runs(stage, 3)).Select(r => r.Input.GetProperty("messageId").GetString()!).Order(StringComparer.Ordinal));
    }

    private async Task Publish(RabbitServer broker, string queue, string id)
    {
        await using var connection = await Connect(broker);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), _cancel);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: _cancel);
        await Send(channel, queue, "{}", id);
    }

    private static AgentDefinition Reading(string queue) => Graphs.Definition("start:trigger", "") with { Triggers = [new TriggerDefinition("in", "queue") { Queue = queue }] };

    private async Task<string> NameOf(Stage stage, string queue)
    {
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        return QueueNames.Of(await db.Workspaces.SingleAsync(w => w.Id == stage.Owner.WorkspaceId, _cancel), queue);
    }

    private static Task<List<Run>> Runs(Stage stage, int count) => stage.Host.Until(
        stage.Owner.WorkspaceId,
        async db => await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync() is { } runs && runs.Count >= count ? runs : null,
        $"run {count}");

    private Task<IConnection> Connect(RabbitServer broker) => new ConnectionFactory { Uri = new Uri(broker.Uri) }.CreateConnectionAsync(_cancel);

    private async Task Send(IChannel channel, string queue, string body, string? id, string type = "application/json", Dictionary<string, object?>? headers = null) =>
        await channel.BasicPublishAsync("", queue, true, new BasicProperties { MessageId = id, ContentType = type, Persistent = true, Headers = headers }, Encoding.UTF8.GetBytes(body), _cancel);

    private async Task<BasicGetResult?> Get(IChannel channel, string queue)
    {
        try
        {
            return await channel.BasicGetAsync(queue, autoAck: true, _cancel);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            // It is made when the first message is set aside.
            return null;
        }
    }

    /// <summary>The broker tells nobody what another client has done: it is asked.</summary>
    private async Task Until(Func<Task<bool>> look)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await look())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < Eventually.Bound, "The broker never got there.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _cancel);
        }
    }
}
