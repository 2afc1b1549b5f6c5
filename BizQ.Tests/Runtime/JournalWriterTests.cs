using BizQ.Agents.Runtime.Journal;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Runtime;

public sealed class JournalWriterTests
{
    [Theory, ClassData(typeof(Engines))]
    public async Task Many_runs_share_a_commit_and_all_of_them_are_written(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var writer = kit.StoredRuns(agents, group);
        var runs = await Runs(kit, 200);

        Assert.All(await Task.WhenAll(runs.Select(run => writer.Commit(Entry(run)))), Assert.True);
        Assert.True(group.Commits < runs.Count, $"{runs.Count} entries took {group.Commits} commits.");
        await using var db = kit.Database.Open(runs[0].WorkspaceId);
        Assert.Equal(200, await db.RunSteps.CountAsync(TestContext.Current.CancellationToken));
        Assert.All(await db.Runs.ToListAsync(TestContext.Current.CancellationToken), run => Assert.Equal((RunStatus.Running, 2), (run.Status, run.Version)));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_stale_entry_is_refused_and_costs_the_others_nothing(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var writer = kit.StoredRuns(agents, group);
        var runs = await Runs(kit, 20);
        await using (var db = kit.Database.Open(runs[0].WorkspaceId))
        {
            foreach (var overtaken in await db.Runs.Where(r => r.Id == runs[3].Id || r.Id == runs[11].Id).ToListAsync(TestContext.Current.CancellationToken))
                overtaken.Status = RunStatus.Cancelled;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var committed = await Task.WhenAll(runs.Select(run => writer.Commit(Entry(run))));
        Assert.Equal([3, 11], committed.Index().Where(c => !c.Item).Select(c => c.Index));
        Assert.Equal(1, runs[3].Version);
        await using var after = kit.Database.Open(runs[0].WorkspaceId);
        Assert.Equal(18, await after.RunSteps.CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, await after.Runs.CountAsync(r => r.Status == RunStatus.Cancelled, TestContext.Current.CancellationToken));
    }

    private static JournalEntry Entry(Run run)
    {
        run.Status = RunStatus.Running;
        return new JournalEntry(run)
        {
            NewSteps =
            {
                new RunStep
                {
                    Id = Graphs.Id(), WorkspaceId = run.WorkspaceId, RunId = run.Id, NodeId = "start", Kind = "trigger", Sequence = 1,
                    Status = StepStatus.Succeeded, StartedAt = DateTimeOffset.UnixEpoch,
                },
            },
        };
    }

    private static async Task<List<Run>> Runs(DatabaseKit kit, int count)
    {
        var actor = await kit.NewWorkspace();
        var runs = Enumerable.Range(0, count).Select(i => Run(kit, actor, i)).ToList();
        await using (var db = kit.Database.Open(actor.WorkspaceId))
        {
            db.AddRange(runs);
            await db.SaveChangesAsync();
        }
        await using var again = kit.Database.Open(actor.WorkspaceId);
        return await again.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync();
    }

    private static Run Run(DatabaseKit kit, Actor actor, int number) => new()
    {
        Id = kit.Ids.New(),
        WorkspaceId = actor.WorkspaceId,
        AgentId = kit.Ids.New(),
        AgentVersionId = kit.Ids.New(),
        AgentName = "Test agent",
        TaskType = "manual",
        Title = "A test",
        IdempotencyKey = $"key-{number}",
        Input = Core.Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = kit.Clock.GetUtcNow(),
        StartedByName = actor.Name,
    };
}
