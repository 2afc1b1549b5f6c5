using BizQ.Agents.Runtime;
using BizQ.Agents.Runtime.Turns;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Runtime;

/// <summary>A noisy workspace, and others who want to get on.</summary>
public sealed class FairnessTests : IDisposable
{
    private const int Room = 4;

    private readonly Script _script = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _begun = new(0);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_workspace_full_of_long_work_does_not_keep_another_from_its_first_run(Engine engine)
    {
        await using var stage = await Noisy(engine);
        var noisy = await stage.Agent("start:trigger long", "start>long");
        for (var n = 0; n < 5 * Room; n++)
            await stage.Start(noisy);
        await Busy(Room);

        await using var quiet = await stage.Neighbour();
        var run = await quiet.Start(await quiet.Agent("start:trigger short", "start>short"));
        Assert.Equal(RunStatus.Succeeded, (await quiet.Ended(run.Id)).Run.Status);
        Assert.Equal(Room, _script.Calls["long"]);
        _go.SetResult();
        await AllEnded(stage, 5 * Room);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_backlog_found_after_a_crash_delays_nobody_and_comes_in_as_there_is_place(Engine engine)
    {
        const int backlog = 3 * FairTurns.MostWaiting;
        await using var stage = await Noisy(engine);
        await using var quiet = await stage.Neighbour();
        await Left(stage, await stage.Agent("start:trigger a", "start>a"), backlog);
        await Left(quiet, await quiet.Agent("start:trigger b", "start>b"), 1);

        var woken = await stage.Host.Get<Recovery>().Sweep(thorough: true, _cancel);
        Assert.InRange(woken, 2, FairTurns.MostWaiting + Room + 1);
        await AllEnded(quiet, 1);
        await AllEnded(stage, backlog);
        Assert.Equal(backlog, _script.Calls["a"]);
    }

    [Fact]
    public async Task An_agents_own_limit_holds_and_what_waits_for_a_person_does_not_count()
    {
        _script.On("ask", _ => new BizQ.Agents.Nodes.NodeResult.Ask("?", "!", Json.EmptyObject));
        await using var stage = await Noisy(Engine.Sqlite);
        var definition = Graphs.Definition("start:trigger ask long", "start>ask ask>long");
        // On a busy machine the test may take longer than a node usually may.
        var agent = await stage.Agent(definition with { Limits = new LimitsDefinition { RunsInFlight = 1 }, Nodes = [.. definition.Nodes.Select(node => node with { TimeoutSeconds = 600 })] });
        var runs = new[] { await stage.Start(agent), await stage.Start(agent), await stage.Start(agent) };
        foreach (var run in runs)
            await stage.Decide((await stage.Until(run.Id, RunStatus.WaitingForApproval)).Approvals[0], approve: true);
        await Busy(1);

        await using var quiet = await stage.Neighbour();
        await quiet.Ended((await quiet.Start(await quiet.Agent("start:trigger short", "start>short"))).Id);
        Assert.Equal(1, _script.Calls["long"]);
        _go.SetResult();
        await AllEnded(stage, 3);
    }

    public void Dispose() => _begun.Dispose();

    private Task<Stage> Noisy(Engine engine)
    {
        _script.On("long", async (_, _) =>
        {
            _begun.Release();
            await _go.Task;
            return Script.Says(new { });
        });
        return Stage.Set(engine, _script, more: services => services.AddSingleton(new RuntimeOptions { RunsInFlight = Room }));
    }

    private async Task Busy(int count)
    {
        for (var n = 0; n < count; n++)
            await _begun.WaitAsync(Eventually.Bound, _cancel);
    }

    private Task<string> AllEnded(Stage stage, int count) => stage.Host.Until(
        stage.Owner.WorkspaceId, async db => await db.Runs.CountAsync(r => r.Status == RunStatus.Succeeded, _cancel) == count ? "" : null, $"{count} runs to end");

    /// <summary>Accepted, and the process died before anybody was told.</summary>
    private async Task Left(Stage stage, Agent agent, int count)
    {
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        for (var n = 0; n < count; n++)
            await stage.Host.Get<StartRun>().Add(db, stage.Owner, agent, new StartRunRequest(agent.Id, "manual", $"Left {n}", Json.Element(new { kind = "manual" }), $"left-{n}"), TestContext.Current.CancellationToken);
        await db.SaveChangesAsync(_cancel);
    }
}
