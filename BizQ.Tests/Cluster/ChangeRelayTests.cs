using System.Diagnostics;
using System.Threading.Channels;
using BizQ.Agents.Cluster;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace BizQ.Tests.Cluster;

/// <summary>Changes travel between nodes at once, in few texts, and a gap in hearing is made good.</summary>
public sealed class ChangeRelayTests
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public void Any_number_of_changes_travels_in_texts_that_PostgreSQL_takes_and_comes_out_as_it_went_in()
    {
        var sender = Ids.New();
        var changes = Enumerable.Range(0, 3000).Select(i => new Change(Ids.New(), i % 2 == 0 ? "runs" : "approvals", Ids.New()))
            .Concat(Enumerable.Range(0, 3000).Select(_ => new Change(sender, "runs", Ids.New()))).ToHashSet();
        var payloads = ChangePayload.Pack(sender, changes);

        Assert.All(payloads, payload => Assert.InRange(payload.Length, 1, ChangePayload.MostBytes));
        Assert.All(payloads, payload => Assert.Equal(sender, ChangePayload.Unpack(payload)!.Value.Sender));
        Assert.Equal(changes, payloads.SelectMany(payload => ChangePayload.Unpack(payload)!.Value.Changes).ToHashSet());
        // 46 bytes for a change of its own workspace, 23 for one more of the same.
        Assert.InRange(payloads.Count, 1, 40);
    }

    [Theory, InlineData(""), InlineData("x"), InlineData("AAAAAAAAAAAAAAAAAAAAAA;nonsense"), InlineData("AAAAAAAAAAAAAAAAAAAAAA;AAAAAAAAAAAAAAAAAAAAAA,runs,short")]
    public void What_is_not_of_this_form_is_not_read(string payload) => Assert.Null(ChangePayload.Unpack(payload));

    [Fact]
    public async Task A_change_is_heard_elsewhere_within_a_second_and_not_again_where_it_came_from()
    {
        await using var here = await Node.Start();
        await using var there = await Node.Start(here.Database);
        var (workspace, id) = (Ids.New(), Ids.New());
        var own = here.Listen(workspace);
        var heard = there.Listen(workspace);

        var since = Stopwatch.GetTimestamp();
        here.Feed.Publish(new Change(workspace, "runs", id));
        Assert.Equal(new Change(workspace, "runs", id), await heard.Take(_cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        // Back and forth once more: had the first come back, it would be here by now.
        there.Feed.Publish(new Change(workspace, "runs", workspace));
        Assert.Equal([new Change(workspace, "runs", id), new Change(workspace, "runs", workspace)], new[] { await own.Take(_cancel), await own.Take(_cancel) });
    }

    [Fact]
    public async Task More_changes_than_can_be_told_one_by_one_arrive_as_anything()
    {
        await using var here = await Node.Start();
        await using var there = await Node.Start(here.Database);
        var workspace = Ids.New();
        var heard = there.Listen(workspace);
        for (var i = 0; i < 50_000; i++)
            here.Feed.Publish(new Change(workspace, "runs", Ids.New()));

        var (count, last) = (0, default(Change));
        while (!last.MayBeAnything)
            (count, last) = (count + 1, await heard.Take(_cancel));
        Assert.InRange(count, 1, 40_000);
        Assert.True(last.IsAbout("approvals", Ids.New()));
    }

    [Fact]
    public async Task After_a_lost_connection_anything_may_have_changed_and_hearing_goes_on()
    {
        await using var here = await Node.Start();
        await using var there = await Node.Start(here.Database);
        var (workspace, id) = (Ids.New(), Ids.New());
        var heard = there.Listen(workspace);

        await Cut(here.Database, "listening");
        Assert.True((await heard.Take(_cancel)).MayBeAnything);
        await Cut(here.Database, "sending");
        here.Feed.Publish(new Change(workspace, "runs", id));
        Assert.Equal(new Change(workspace, "runs", id), await heard.Take(_cancel));
    }

    private static async Task Cut(BizQDatabase database, string which)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'BizQ changes, {which}'", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What one node has of it: a feed, and a relay that is heard before it is used.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly DatabaseKit? _kit;
        private readonly PostgresWire _wire;
        private readonly ChangeRelay _relay;

        private Node(DatabaseKit? kit, BizQDatabase database)
        {
            (_kit, Database) = (kit, database);
            _wire = new PostgresWire(database);
            _relay = new ChangeRelay(Feed, _wire, Ids, TimeProvider.System, NullLogger<ChangeRelay>.Instance);
        }

        public BizQDatabase Database { get; }

        public ChangeFeed Feed { get; } = new();

        public static async Task<Node> Start(BizQDatabase? shared = null)
        {
            var kit = shared is null ? await DatabaseKit.Start(Engine.Postgres) : null;
            var node = new Node(kit, shared ?? kit!.Database);
            var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (node.Feed.SubscribeAll(_ => listens.TrySetResult()))
            {
                await node._relay.StartAsync(TestContext.Current.CancellationToken);
                await listens.Task.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken);
            }
            return node;
        }

        public Heard Listen(Guid workspace)
        {
            var heard = new Heard();
            Feed.Subscribe(workspace, heard.Add);
            return heard;
        }

        public async ValueTask DisposeAsync()
        {
            await _relay.StopAsync(CancellationToken.None);
            _relay.Dispose();
            await _wire.DisposeAsync();
            if (_kit is not null)
                await _kit.DisposeAsync();
        }
    }

    private sealed class Heard
    {
        private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>();

        public void Add(Change change) => _changes.Writer.TryWrite(change);

        public Task<Change> Take(CancellationToken cancel) => _changes.Reader.ReadAsync(cancel).AsTask().WaitAsync(Eventually.Bound, cancel);
    }
}
