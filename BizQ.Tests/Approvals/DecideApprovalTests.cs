using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Approvals;

public sealed class DecideApprovalTests
{
    [Theory, ClassData(typeof(Engines))]
    public async Task Two_approvers_at_once_make_one_decision_and_the_second_is_told_who(Engine engine)
    {
        await using var waiting = await Waiting.Start(engine);
        var ann = await waiting.Kit.NewPerson(waiting.Owner.WorkspaceId, Role.Approver, "Ann");
        var ben = await waiting.Kit.NewPerson(waiting.Owner.WorkspaceId, Role.Approver, "Ben");
        for (var race = 0; race < 50; race++)
        {
            var approval = await waiting.Answer();
            var outcomes = await Task.WhenAll(
                Task.Run(() => waiting.Decide(ann, approval), TestContext.Current.CancellationToken),
                Task.Run(() => waiting.Decide(ben, approval, approve: false, reason: "No"), TestContext.Current.CancellationToken));
            var winner = Assert.Single(outcomes, outcome => outcome.Ok).Value;
            var loser = Assert.Single(outcomes, outcome => !outcome.Ok).Refusal!;
            Assert.Equal("alreadyDecided", loser.Code);
            Assert.StartsWith(winner.DecidedByName!, loser.Message, StringComparison.Ordinal);
            var detail = await waiting.Read(approval);
            Assert.Equal(winner.State == ApprovalState.Approved ? EffectState.Approved : EffectState.Rejected, detail.Effect!.State);
            Assert.Equal(3, detail.Events.Count);
            Assert.Equal(RunStatus.Running, detail.Run.Status);
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_edit_gets_its_own_hash_and_the_original_is_kept_beside_it(Engine engine)
    {
        await using var waiting = await Waiting.Start(engine);
        var approval = await waiting.Answer();
        var before = (await waiting.Read(approval)).Effect!;

        Assert.True((await waiting.Decide(waiting.Owner, approval, edited: """{"text":"It left us on 14 November 2026."}""", hash: before.Hash)).Ok);

        var detail = await waiting.Read(approval);
        Assert.True(detail.Approval.Edited);
        Assert.Equal((before.Arguments, before.Hash), (detail.Effect!.OriginalArguments, detail.Effect.OriginalHash));
        Assert.Equal(EffectHash.Of("mail.send", detail.Effect.Arguments), detail.Effect.Hash);
        Assert.NotEqual(before.Hash, detail.Effect.Hash);
        Assert.Equal("It left us on 14 November 2026.", detail.Message!.Text);
        Assert.Equal(before.IdempotencyKey, detail.Effect.IdempotencyKey);
        Assert.Equal([EffectState.Proposed, EffectState.Judged, EffectState.Judged, EffectState.Approved], detail.Events.Select(move => move.To));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task An_edit_the_checks_block_is_refused_and_decides_nothing(Engine engine)
    {
        await using var waiting = await Waiting.Start(engine);
        var approval = await waiting.Answer();

        var outcome = await waiting.Decide(waiting.Owner, approval, edited: """{"to":"all@list.example"}""");

        Assert.Equal("editBlocked", outcome.Refusal!.Code);
        Assert.NotEmpty(outcome.Refusal.Problems!);
        var detail = await waiting.Read(approval);
        Assert.Equal((ApprovalState.Open, EffectState.Judged), (detail.Approval.State, detail.Effect!.State));
    }

    [Fact]
    public async Task A_decision_on_another_hash_or_without_a_reason_is_refused()
    {
        await using var waiting = await Waiting.Start(Engine.Sqlite);
        var approval = await waiting.Answer();
        Assert.Equal("shownChanged", (await waiting.Decide(waiting.Owner, approval, hash: "another")).Refusal!.Code);
        Assert.Equal("reasonMissing", (await waiting.Decide(waiting.Owner, approval, approve: false, reason: " ")).Refusal!.Code);
        Assert.True((await waiting.Decide(waiting.Owner, approval, approve: false, reason: "Too vague")).Ok);
        Assert.StartsWith("You rejected this just now", (await waiting.Decide(waiting.Owner, approval)).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_approves_their_own_work_where_somebody_else_could()
    {
        await using var waiting = await Waiting.Start(Engine.Sqlite);
        Assert.True((await waiting.Decide(waiting.Owner, await waiting.Answer(waiting.Owner.Id))).Ok);

        var ann = await waiting.Kit.NewPerson(waiting.Owner.WorkspaceId, Role.Approver, "Ann");
        var approval = await waiting.Answer(waiting.Owner.Id);
        Assert.Equal("ownWork", (await waiting.Decide(waiting.Owner, approval)).Refusal!.Code);
        Assert.True((await waiting.Decide(ann, approval)).Ok);
        Assert.True((await waiting.Decide(waiting.Owner, await waiting.Answer(waiting.Owner.Id), approve: false, reason: "Wrong")).Ok);
    }

    [Fact]
    public async Task Agents_and_those_without_the_permission_never_decide()
    {
        await using var waiting = await Waiting.Start(Engine.Sqlite);
        var approval = await waiting.Answer();
        Assert.Equal("agentsNeverDecide", (await waiting.Decide(waiting.Owner with { Kind = ActorKind.Agent }, approval)).Refusal!.Code);
        Assert.Equal("forbidden", (await waiting.Decide(waiting.Owner with { Permissions = Actor.Of(Role.Builder) }, approval)).Refusal!.Code);
        await using var other = await Waiting.Start(Engine.Sqlite);
        Assert.Equal("notFound", (await other.Decide(other.Owner, approval)).Refusal!.Code);
    }
}
