using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Databases;

/// <summary>Who listens hears of what is committed, after it is, and of nothing else.</summary>
public sealed class ChangeFeedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_save_is_told_once_it_can_be_read(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var agent = Rows.Agent(kit.Ids, workspace);
        var heard = new List<(Change Change, bool Readable)>();
        using var subscription = kit.Changes.Subscribe(workspace, change =>
        {
            using var other = kit.Database.Open(workspace);
            heard.Add((change, other.Agents.Any(a => a.Id == agent.Id)));
        });

        await using var db = kit.Database.Open(workspace);
        db.AddRange(agent, Rows.Run(kit.Ids, workspace, "run-1"));
        await db.SaveChangesAsync(Cancel);

        Assert.Equal(["agents", "runs"], heard.Select(h => h.Change.Room).Order());
        Assert.All(heard, h => Assert.True(h.Readable));
        Assert.Contains(new Change(workspace, "agents", agent.Id), heard.Select(h => h.Change));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_transaction_is_told_when_it_commits(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var heard = Listen(kit, workspace);
        await using var db = kit.Database.Open(workspace);
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        db.Add(Rows.Agent(kit.Ids, workspace));
        await db.SaveChangesAsync(Cancel);
        Assert.Empty(heard);
        await transaction.CommitAsync(Cancel);
        Assert.Equal("agents", Assert.Single(heard).Room);

        using (var blocking = db.Database.BeginTransaction())
        {
            db.Add(Rows.Run(kit.Ids, workspace, "run-1"));
            await db.SaveChangesAsync(Cancel);
            blocking.Commit();
        }
        Assert.Equal(["agents", "runs"], heard.Select(change => change.Room));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_was_rolled_back_is_never_told(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var heard = Listen(kit, workspace);
        await using var db = kit.Database.Open(workspace);
        await using (var transaction = await db.Database.BeginTransactionAsync(Cancel))
        {
            db.Add(Rows.Agent(kit.Ids, workspace));
            await db.SaveChangesAsync(Cancel);
            await transaction.RollbackAsync(Cancel);
        }
        db.ChangeTracker.Clear();
        var run = Rows.Run(kit.Ids, workspace, "run-1");
        db.Add(run);
        await db.SaveChangesAsync(Cancel);
        Assert.Equal(new Change(workspace, "runs", run.Id), Assert.Single(heard));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_transaction_that_is_only_dropped_is_never_told(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var heard = Listen(kit, workspace);
        await using var db = kit.Database.Open(workspace);
        await using (await db.Database.BeginTransactionAsync(Cancel))
        {
            db.Add(Rows.Agent(kit.Ids, workspace));
            await db.SaveChangesAsync(Cancel);
        }
        db.ChangeTracker.Clear();
        var run = Rows.Run(kit.Ids, workspace, "run-1");
        db.Add(run);
        await db.SaveChangesAsync(Cancel);
        Assert.Equal(new Change(workspace, "runs", run.Id), Assert.Single(heard));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_save_that_failed_is_never_told(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        await using var db = kit.Database.Open(workspace);
        db.Add(Rows.Run(kit.Ids, workspace, "run-1"));
        await db.SaveChangesAsync(Cancel);
        var heard = Listen(kit, workspace);

        db.Add(Rows.Run(kit.Ids, workspace, "run-1"));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Cancel));
        db.ChangeTracker.Clear();
        var agent = Rows.Agent(kit.Ids, workspace);
        db.Add(agent);
        await db.SaveChangesAsync(Cancel);
        Assert.Equal(new Change(workspace, "agents", agent.Id), Assert.Single(heard));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Another_workspace_and_one_that_left_hear_nothing(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var (mine, theirs) = ((await kit.NewWorkspace("Mine")).WorkspaceId, (await kit.NewWorkspace("Theirs")).WorkspaceId);
        var heard = Listen(kit, theirs);
        var left = new List<Change>();
        kit.Changes.Subscribe(mine, left.Add).Dispose();

        await using var db = kit.Database.Open(mine);
        db.Add(Rows.Agent(kit.Ids, mine));
        await db.SaveChangesAsync(Cancel);
        Assert.Empty(heard);
        Assert.Empty(left);
    }

    private static List<Change> Listen(DatabaseKit kit, Guid workspaceId)
    {
        var heard = new List<Change>();
        kit.Changes.Subscribe(workspaceId, heard.Add);
        return heard;
    }
}
