using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Databases;

/// <summary>The schema comes up from nothing, once, however many nodes start at the same time.</summary>
public sealed class MigrationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Eight_nodes_that_start_at_once_migrate_an_empty_database_once(Engine engine)
    {
        using var folder = new TempFolder();
        var server = engine == Engine.Postgres ? await PostgresServer.Shared : null;
        var connectionString = server is null ? $"Data Source={folder.File("bizq.db")}" : await server.NewDatabase();
        var nodes = Enumerable.Range(0, 8).Select(_ => new BizQDatabase(connectionString, folder.Path, new ChangeFeed())).ToList();

        await Task.WhenAll(nodes.Select(node => Task.Run(() => new MigrateDatabase(node).Run(TimeProvider.System, Cancel), Cancel)));

        await using (var db = nodes[0].OpenUnscoped())
        {
            Assert.Equal(db.Database.GetMigrations(), await db.Database.GetAppliedMigrationsAsync(Cancel));
            Assert.Empty(await db.Workspaces.ToListAsync(Cancel));
        }
        await DatabaseKit.Discard(nodes[0]);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_node_that_was_killed_while_it_migrated_does_not_lock_the_others_out(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        // What EF's own lock leaves behind on SQLite when its holder dies.
        await using (var db = kit.Database.OpenUnscoped())
        {
            if (engine == Engine.Sqlite)
                await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-11-23')", Cancel);
        }
        await new MigrateDatabase(kit.Database).Run(TimeProvider.System, Cancel).WaitAsync(Eventually.Bound, Cancel);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_migrations_are_in_step_with_the_model(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var db = kit.Database.OpenUnscoped();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Migrating_again_keeps_what_is_there(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var actor = await kit.NewWorkspace();
        await new MigrateDatabase(kit.Database).Run(TimeProvider.System, Cancel);
        await using var db = kit.Database.OpenUnscoped();
        Assert.Equal(actor.WorkspaceId, (await db.Workspaces.SingleAsync(Cancel)).Id);
    }
}
