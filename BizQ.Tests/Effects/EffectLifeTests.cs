using BizQ.Core;
using BizQ.Core.Effects;
using CsCheck;

namespace BizQ.Tests.Effects;

public sealed class EffectLifeTests
{
    [Fact]
    public void However_it_is_pushed_an_effect_only_makes_allowed_moves() =>
        Gen.Select(Gen.Enum<EffectState>(), Gen.Enum<Mover>()).Array[1, 40].Sample(pushes =>
        {
            var ids = new Ids(TimeProvider.System);
            var effect = New();
            foreach (var (to, by) in pushes)
            {
                var before = effect.State;
                var allowed = EffectLife.Moves.Any(move => move.From == before && move.To == to && move.By.Contains(by));
                if (!allowed)
                {
                    Assert.Throws<InvalidOperationException>(() => { EffectLife.Move(effect, to, by, "x", null, DateTimeOffset.UnixEpoch, ids); });
                    Assert.Equal(before, effect.State);
                    continue;
                }
                var moved = EffectLife.Move(effect, to, by, "x", null, DateTimeOffset.UnixEpoch, ids);
                Assert.Equal((before, to, to), (moved.From, moved.To, effect.State));
            }
        });

    [Fact]
    public void Nothing_runs_without_having_been_approved_and_looked_at_again()
    {
        // The only ways into Intended and Approved, by the table itself.
        Assert.Equal([EffectState.Rechecked], Into(EffectState.Intended));
        Assert.Equal([EffectState.Approved], Into(EffectState.Rechecked));
        Assert.Equal([EffectState.Judged, EffectState.Uncertain, EffectState.Failed], Into(EffectState.Approved));
        Assert.Equal([EffectState.Intended, EffectState.Uncertain], Into(EffectState.Done));
    }

    [Fact]
    public void An_agent_only_proposes() =>
        Assert.Equal([(null, EffectState.Proposed)], EffectLife.Moves.Where(move => move.By.Contains(Mover.Agent)).Select(move => (move.From, move.To)));

    [Fact]
    public void Where_an_effect_is_over_nothing_leads_on()
    {
        foreach (var end in new[] { EffectState.Undone, EffectState.Rejected, EffectState.Blocked, EffectState.Rehearsed })
            Assert.DoesNotContain(EffectLife.Moves, move => move.From == end);
        Assert.All(EffectLife.Moves.Where(move => move.From is EffectState.Done or EffectState.Failed or EffectState.Uncertain), move => Assert.Equal([Mover.Person], move.By));
    }

    [Fact]
    public void Moving_on_from_an_end_opens_it_again()
    {
        var ids = new Ids(TimeProvider.System);
        var effect = New(EffectState.Intended);
        EffectLife.Move(effect, EffectState.Failed, Mover.Desk, "BizQ", null, DateTimeOffset.UnixEpoch, ids);
        Assert.NotNull(effect.EndedAt);
        EffectLife.Move(effect, EffectState.Approved, Mover.Person, "Ann", "again", DateTimeOffset.UnixEpoch, ids);
        Assert.Null(effect.EndedAt);
    }

    private static IEnumerable<EffectState?> Into(EffectState to) => EffectLife.Moves.Where(move => move.To == to).Select(move => move.From);

    private static Effect New(EffectState state = EffectState.Proposed) => new()
    {
        Id = Guid.Empty,
        WorkspaceId = Guid.Empty,
        RunId = Guid.Empty,
        AgentId = Guid.Empty,
        NodeId = "send",
        Operation = "mail.send",
        Arguments = "{}",
        Hash = "",
        State = state,
        IdempotencyKey = "",
        ProposedAt = DateTimeOffset.UnixEpoch,
    };
}
