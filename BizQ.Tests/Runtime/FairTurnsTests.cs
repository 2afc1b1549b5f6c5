using BizQ.Agents.Runtime.Turns;

namespace BizQ.Tests.Runtime;

/// <summary>Who is next: every order and every limit, without a database.</summary>
public sealed class FairTurnsTests
{
    private static readonly Guid[] Shops = [.. Enumerable.Range(1, 6).Select(n => new Guid(n, 0, 0, new byte[8]))];

    private readonly FairTurns _turns = new(2);
    private readonly List<string> _order = [];
    private readonly List<(string Run, Task<Turn?> Turn)> _waiting = [];
    private readonly Dictionary<string, Turn> _held = [];

    [Fact]
    public void While_there_is_room_everybody_goes_straight_in()
    {
        using var first = _turns.TryTake();
        using var second = _turns.TryTake();
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(_turns.TryTake());
    }

    [Fact]
    public void Workspaces_take_turns_however_long_the_backlog_of_one_is()
    {
        Come("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8");
        Come("b1", "b2", "c1", "c2");
        // The room is full of a's; b and c have nothing under way, so they are let in all the same.
        Assert.Equal(["a1", "a2", "b1", "c1"], _order);
        Leave("a1", "a2", "b1", "c1");
        Assert.Equal(["a3", "b2", "c2"], _order[4..].Order());
    }

    [Fact]
    public void Agents_of_a_workspace_take_turns_too()
    {
        Come("a1", "a2", "a3", "a4", "a5", "a6");
        Come("aX1", "aX2");
        Leave("a1");
        Assert.Equal("a3", _order[^1]);
        Leave("a2");
        Assert.Equal("aX1", _order[^1]);
        Leave("a3");
        Assert.Equal("a4", _order[^1]);
        Leave("aX1");
        Assert.Equal("aX2", _order[^1]);
    }

    [Fact]
    public async Task The_limits_of_an_agent_and_of_a_workspace_hold_and_block_nobody_else()
    {
        var roomy = new FairTurns(10);
        var (one, two) = (new QueuePlace(Shops[0], Shops[1], 3, 1), new QueuePlace(Shops[0], Shops[2], 3, int.MaxValue));
        var first = roomy.TryTake()!;
        Assert.True(first.IsFor(one));
        using (var second = roomy.TryTake()!)
            Assert.False(second.IsFor(one));
        var waits = roomy.Wait(one, CancellationToken.None);
        var others = Enumerable.Range(0, 3).Select(_ => roomy.Wait(two, CancellationToken.None)).ToList();
        Assert.Equal([false, true, true, false], [waits.IsCompleted, .. others.Select(o => o.IsCompleted)]);
        first.Dispose();
        Assert.Equal([false, true], [waits.IsCompleted, others[2].IsCompleted]);
        (await others[0])!.Dispose();
        Assert.True(waits.IsCompleted);
    }

    [Fact]
    public void A_workspace_is_let_in_beyond_the_room_but_not_without_end()
    {
        Come("a1", "a2", "b1", "c1", "d1");
        Assert.Equal(["a1", "a2", "b1", "c1"], _order);
        Leave("a1");
        Assert.Equal("d1", _order[^1]);
    }

    [Fact]
    public async Task Who_stops_waiting_is_passed_over()
    {
        using var stop = new CancellationTokenSource();
        Come("a1", "a2");
        var gone = _turns.Wait(PlaceOf("a3"), stop.Token);
        Come("a4");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Leave("a1");
        Assert.Equal("a4", _order[^1]);
    }

    [Fact]
    public async Task A_long_backlog_stays_in_the_database_and_is_asked_for_when_there_is_place_again()
    {
        var asked = 0;
        _turns.Drained = () => asked++;
        Come("a1");
        var many = Enumerable.Range(0, FairTurns.MostWaiting + 1).Select(_ => _turns.Wait(PlaceOf("a1"), CancellationToken.None)).ToList();
        Assert.Equal(0, _turns.RoomFor(Shops[0], PlaceOf("a1").AgentId));
        Assert.Null(await _turns.Wait(PlaceOf("a1"), CancellationToken.None));
        while (asked == 0)
        {
            var next = many.First(turn => turn.IsCompleted);
            many.Remove(next);
            (await next)!.Dispose();
        }
        Assert.InRange(many.Count, 1, FairTurns.MostWaiting / 2);
    }

    /// <summary>"a1" is a run of workspace a; "aX1" one of its agent X.</summary>
    private static QueuePlace PlaceOf(string run) =>
        new(Shops[run[0] - 'a'], run[1] == 'X' ? Shops[5] : Shops[4], int.MaxValue, int.MaxValue);

    private void Come(params string[] runs)
    {
        foreach (var run in runs)
        {
            _waiting.Add((run, _turns.Wait(PlaceOf(run), CancellationToken.None)));
            Note();
        }
    }

    private void Leave(params string[] runs)
    {
        foreach (var run in runs)
        {
            _held.Remove(run, out var turn);
            turn!.Dispose();
            Note();
        }
    }

    private void Note()
    {
#pragma warning disable RS0030 // Only turns that have come.
        foreach (var (run, turn) in _waiting.Where(w => w.Turn.IsCompleted).ToList())
        {
            _waiting.Remove((run, turn));
            _order.Add(run);
            _held[run] = turn.Result!;
        }
#pragma warning restore RS0030
    }
}
