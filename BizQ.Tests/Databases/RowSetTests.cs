using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Databases;

public sealed class RowSetTests
{
    private static readonly string[] Status = [nameof(Run.Status), nameof(Run.Output), nameof(Run.CostUsd), nameof(Run.CompletedAt), nameof(Run.DurationMs)];

    [Theory, ClassData(typeof(Engines))]
    public async Task Every_column_comes_back_as_it_was_written(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = Group(kit);
        var actor = await kit.NewWorkspace();
        var run = NewRun(kit, actor, "one");
        var step = NewStep(kit, run, 1);
        Assert.True(await group.Commit(RowSet.Adding(run, run.Id).Insert([step])));
        run.Status = RunStatus.Succeeded;
        run.Output = Core.Json.Element(new { text = "ü €", nothing = (string?)null });
        run.CostUsd = 0.012345m;
        run.CompletedAt = kit.Clock.GetUtcNow();
        run.DurationMs = 12;
        Assert.True(await group.Commit(RowSet.Changing(run, run.Id, Status)));

        await using var db = kit.Database.Open(actor.WorkspaceId);
        var (readRun, readStep) = (await db.Runs.SingleAsync(TestContext.Current.CancellationToken), await db.RunSteps.SingleAsync(TestContext.Current.CancellationToken));
        Same(db, run, readRun);
        Same(db, step, readStep);
        Assert.Equal(2, readRun.Version);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_many_with_the_same_key_one_is_written_and_the_others_are_told(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = Group(kit);
        var actor = await kit.NewWorkspace();
        var runs = Enumerable.Range(0, 100).Select(_ => NewRun(kit, actor, "same")).ToList();

        var written = await Task.WhenAll(runs.Select(run => group.Commit(RowSet.Adding(run, run.Id).Insert([NewStep(kit, run, 1)]))));
        Assert.Single(written, w => w);
        await using var db = kit.Database.Open(actor.WorkspaceId);
        Assert.Equal(runs[Array.IndexOf(written, true)].Id, (await db.RunSteps.SingleAsync(TestContext.Current.CancellationToken)).RunId);
        Assert.Equal(1, await db.Runs.CountAsync(TestContext.Current.CancellationToken));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_row_that_moved_on_takes_its_whole_set_with_it_and_no_other(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = Group(kit);
        var actor = await kit.NewWorkspace();
        var runs = Enumerable.Range(0, 3).Select(i => NewRun(kit, actor, $"{i}")).ToList();
        var approvals = runs.ConvertAll(run => NewApproval(kit, run));
        foreach (var (run, approval) in runs.Zip(approvals))
            Assert.True(await group.Commit(RowSet.Adding(run, run.Id).Insert([approval])));
        await using (var db = kit.Database.Open(actor.WorkspaceId))
        {
            (await db.Approvals.SingleAsync(a => a.Id == approvals[1].Id, TestContext.Current.CancellationToken)).State = ApprovalState.Approved;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        approvals.ForEach(a => a.State = ApprovalState.Expired);
        runs.ForEach(r => r.Status = RunStatus.Failed);

        var written = await Task.WhenAll(runs.Zip(approvals).Select(p => group.Commit(RowSet.Changing(p.First, p.First.Id, Status).Update([p.Second]).Insert([NewStep(kit, p.First, 1)]))));
        Assert.Equal([true, false, true], written);
        Assert.Equal([2, 1, 2], runs.Select(r => r.Version));
        Assert.Equal([2, 1, 2], approvals.Select(a => a.Version));
        await using var after = kit.Database.Open(actor.WorkspaceId);
        Assert.Equal([RunStatus.Failed, RunStatus.Queued, RunStatus.Failed], (await after.Runs.ToListAsync(TestContext.Current.CancellationToken)).OrderBy(r => r.IdempotencyKey).Select(r => r.Status));
        Assert.Equal(2, await after.RunSteps.CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await after.Approvals.CountAsync(a => a.State == ApprovalState.Approved, TestContext.Current.CancellationToken));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_set_that_cannot_be_written_fails_alone(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = Group(kit);
        var actor = await kit.NewWorkspace();
        var runs = Enumerable.Range(0, 10).Select(i => NewRun(kit, actor, $"{i}")).ToList();
        var sets = runs.ConvertAll(run => RowSet.Adding(run, run.Id).Insert([NewStep(kit, run, 1)]));
        sets[4].Insert([NewStep(kit, runs[4], 1)]);

        var commits = sets.ConvertAll(group.Commit);
        await Assert.ThrowsAnyAsync<Exception>(() => commits[4]);
        commits.RemoveAt(4);
        Assert.All(await Task.WhenAll(commits), Assert.True);
        await using var db = kit.Database.Open(actor.WorkspaceId);
        Assert.Equal(9, await db.Runs.CountAsync(TestContext.Current.CancellationToken));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_written_is_announced_and_what_was_refused_is_not(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = Group(kit);
        var actor = await kit.NewWorkspace();
        var told = new List<Change>();
        using var listening = kit.Changes.Subscribe(actor.WorkspaceId, told.Add);
        var (run, again) = (NewRun(kit, actor, "same"), NewRun(kit, actor, "same"));
        var wait = new RunWait { Id = kit.Ids.New(), WorkspaceId = actor.WorkspaceId, RunId = run.Id, StepId = kit.Ids.New(), Event = "paid", Correlation = "" };

        Assert.True(await group.Commit(RowSet.Adding(run, run.Id).Insert([NewStep(kit, run, 1)]).Insert([wait])));
        Assert.False(await group.Commit(RowSet.Adding(again, again.Id).Insert([NewStep(kit, again, 1)])));
        Assert.True(await group.Commit(RowSet.Changing(run, run.Id, Status).Delete([wait])));
        Assert.Equal([new Change(actor.WorkspaceId, "runs", run.Id), new Change(actor.WorkspaceId, "runs", run.Id)], told);
        await using var db = kit.Database.Open(actor.WorkspaceId);
        Assert.False(await db.RunWaits.AnyAsync(TestContext.Current.CancellationToken));
    }

    private static GroupCommit Group(DatabaseKit kit) => new(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);

    /// <summary>By what the database keeps: times in microseconds, JSON by its meaning.</summary>
    private static void Same<T>(BizQDb db, T written, T read) where T : class
    {
        foreach (var property in db.Model.FindEntityType(typeof(T))!.GetProperties().Select(p => p.PropertyInfo!))
        {
            var (one, other) = (property.GetValue(written), property.GetValue(read));
            if (one is DateTimeOffset time)
                Assert.Equal(time, (DateTimeOffset)other!, TimeSpan.FromMicroseconds(1));
            else if (one is System.Text.Json.JsonElement json)
                Assert.True(System.Text.Json.JsonElement.DeepEquals(json, (System.Text.Json.JsonElement)other!), property.Name);
            else
                Assert.Equal(one, other);
        }
    }

    private static Run NewRun(DatabaseKit kit, Actor actor, string key) => new()
    {
        Id = kit.Ids.New(),
        WorkspaceId = actor.WorkspaceId,
        AgentId = kit.Ids.New(),
        AgentVersionId = kit.Ids.New(),
        AgentName = "Test agent",
        TaskType = "manual",
        Title = "A test",
        IdempotencyKey = key,
        Input = Core.Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = kit.Clock.GetUtcNow(),
        StartedByName = actor.Name,
        StartedBy = actor.Id,
    };

    private static RunStep NewStep(DatabaseKit kit, Run run, int sequence) => new()
    {
        Id = kit.Ids.New(),
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        NodeId = "start",
        Path = "each/3",
        Kind = "trigger",
        Sequence = sequence,
        Status = StepStatus.Succeeded,
        Input = Core.Json.EmptyObject,
        LiveEdges = Core.Json.Element((int[])[1, 2]),
        CostUsd = 1.5m,
        InputTokens = 7,
        StartedAt = kit.Clock.GetUtcNow(),
        DurationMs = 0.25,
    };

    private static Approval NewApproval(DatabaseKit kit, Run run) => new()
    {
        Id = kit.Ids.New(),
        WorkspaceId = run.WorkspaceId,
        Kind = ApprovalKind.Step,
        RunId = run.Id,
        AgentId = run.AgentId,
        AgentName = "Test agent",
        NodeId = "ask",
        Title = "May I?",
        Why = "To see.",
        RequestedAt = kit.Clock.GetUtcNow(),
    };
}
