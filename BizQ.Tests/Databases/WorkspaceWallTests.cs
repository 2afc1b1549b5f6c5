using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace BizQ.Tests.Databases;

/// <summary>No workspace sees or writes another's rows, and a forgotten workspace is an error, never "all rows" or "no rows".</summary>
public sealed class WorkspaceWallTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Rows_of_another_workspace_are_not_there(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var (mine, theirs) = (await kit.NewWorkspace("Mine"), await kit.NewWorkspace("Theirs"));
        var agent = await Add(kit, theirs, "Their agent");

        await using var db = kit.Database.Open(mine.WorkspaceId);
        Assert.Empty(await db.Agents.ToListAsync(Cancel));
        Assert.Null(await db.Agents.FirstOrDefaultAsync(a => a.Id == agent.Id, Cancel));
        Assert.Null(await db.Agents.FindAsync([agent.Id], Cancel));
        Assert.False(await db.Agents.AnyAsync(Cancel));
        Assert.Equal(0, await db.Agents.Where(a => a.Id == agent.Id).ExecuteDeleteAsync(Cancel));
        Assert.Equal(0, await db.Agents.ExecuteUpdateAsync(set => set.SetProperty(a => a.Purpose, "Stolen"), Cancel));

        await using var other = kit.Database.Open(theirs.WorkspaceId);
        Assert.Equal("Answers mail.", (await other.Agents.SingleAsync(Cancel)).Purpose);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Reading_without_a_workspace_throws(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await Add(kit, await kit.NewWorkspace(), "Agent");

        await using var db = kit.Database.OpenUnscoped();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Agents.ToListAsync(Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Agents.CountAsync(Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Agents.ExecuteDeleteAsync(Cancel));
        Assert.Single(await db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).ToListAsync(Cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Writing_a_row_of_another_workspace_throws(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var (mine, theirs) = (await kit.NewWorkspace("Mine"), await kit.NewWorkspace("Theirs"));
        var agent = await Add(kit, theirs, "Their agent");

        await using (var db = kit.Database.Open(mine.WorkspaceId))
        {
            db.Add(Rows.Agent(kit.Ids, theirs.WorkspaceId, "Smuggled"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Cancel));
        }
        await using (var db = kit.Database.Open(mine.WorkspaceId))
        {
            db.Attach(agent).State = EntityState.Modified;
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Cancel));
        }
        await using (var db = kit.Database.Open(mine.WorkspaceId))
        {
            db.Remove(agent);
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Cancel));
        }
        await using var other = kit.Database.Open(theirs.WorkspaceId);
        Assert.Equal("Their agent", (await other.Agents.SingleAsync(Cancel)).Name);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Writing_a_row_of_no_workspace_throws(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var db = kit.Database.OpenUnscoped();
        db.Add(Rows.Agent(kit.Ids, Guid.Empty));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Every_row_of_a_workspace_is_filtered_by_it(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var db = kit.Database.OpenUnscoped();
        Assert.Empty(Unfiltered(db.Model));
        // Every type that says it belongs to a workspace is a table; none was forgotten in the model.
        var declared = typeof(IInWorkspace).Assembly.GetTypes().Where(type => type is { IsClass: true } && type.IsAssignableTo(typeof(IInWorkspace)));
        Assert.All(declared, type => Assert.NotNull(db.Model.FindEntityType(type)));
    }

    [Fact]
    public void A_row_without_the_filter_is_reported()
    {
        var builder = new ModelBuilder();
        builder.Entity<Membership>();
        builder.Entity<ApiKey>().HasQueryFilter(BizQDb.WorkspaceFilter, key => key.WorkspaceId == Guid.Empty);
        builder.Entity<Workspace>();
        Assert.Equal([nameof(Membership)], Unfiltered((IReadOnlyModel)builder.Model));
    }

    private static IEnumerable<string> Unfiltered(IReadOnlyModel model) =>
        from type in model.GetEntityTypes()
        where type.ClrType.IsAssignableTo(typeof(IInWorkspace)) && type.GetDeclaredQueryFilters().All(filter => filter.Key != BizQDb.WorkspaceFilter)
        select type.ClrType.Name;

    private static async Task<Agent> Add(DatabaseKit kit, Actor actor, string name)
    {
        await using var db = kit.Database.Open(actor.WorkspaceId);
        var agent = Rows.Agent(kit.Ids, actor.WorkspaceId, name);
        db.Add(agent);
        await db.SaveChangesAsync(Cancel);
        return agent;
    }
}
