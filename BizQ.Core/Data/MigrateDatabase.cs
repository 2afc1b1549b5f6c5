using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace BizQ.Core.Data;

/// <summary>
/// Brings the database to the current schema. Several nodes may start at once, and one at a time migrates. On PostgreSQL an
/// advisory lock holds the others: EF's own ends with the first migration's transaction, so a second node repeats the second
/// migration. On SQLite a lock file does, because EF's own there is a row that a killed process would leave behind.
/// </summary>
public sealed class MigrateDatabase(BizQDatabase database)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Any number that nothing else in the same database takes.
    private const long MigrationLock = 0x42697A51;

    /// <summary>What people call the engine.</summary>
    public string EngineName => database.Engine == Engine.Postgres ? "PostgreSQL" : "SQLite";

    public async Task Run(TimeProvider clock, CancellationToken cancel)
    {
        Directory.CreateDirectory(database.DataPath);
        await using var db = database.OpenUnscoped();
        if (database.Engine == Engine.Postgres)
        {
            await Create(db, cancel);
            await MigrateLocked(db, cancel);
            return;
        }
        await using var held = await Hold(clock, cancel);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancel);
        await db.Database.MigrateAsync(cancel);
    }

    /// <summary>A lock needs a database to be taken in. Of several that make it at once, one does.</summary>
    private static async Task Create(BizQDb db, CancellationToken cancel)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync(cancel))
            return;
        try
        {
            await creator.CreateAsync(cancel);
        }
        catch (PostgresException made) when (made.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another node was first.
        }
    }

    private static async Task MigrateLocked(BizQDb db, CancellationToken cancel)
    {
        db.Database.SetCommandTimeout(Patience);
        // The lock belongs to the session: it ends with the connection, however the process does.
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancel);
            await db.Database.MigrateAsync(cancel);
            // A connection that goes back to the pool keeps its locks until it is used again, so the lock is given back here.
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", cancel);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private async Task<FileStream> Hold(TimeProvider clock, CancellationToken cancel)
    {
        var path = Path.Combine(database.DataPath, "migrate.lock");
        var since = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancel);
            }
        }
    }
}
