using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data;

/// <summary>
/// Brings the database to the current schema. Several nodes may start at once: on PostgreSQL, EF holds a lock that ends with
/// its connection; on SQLite a lock file does the same, because EF's own lock there is a row that a killed process would leave behind.
/// </summary>
public sealed class MigrateDatabase(BizQDatabase database)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What people call the engine.</summary>
    public string EngineName => database.Engine == Engine.Postgres ? "PostgreSQL" : "SQLite";

    public async Task Run(TimeProvider clock, CancellationToken cancel)
    {
        Directory.CreateDirectory(database.DataPath);
        await using var db = database.OpenUnscoped();
        if (database.Engine == Engine.Postgres)
        {
            await db.Database.MigrateAsync(cancel);
            return;
        }
        await using var held = await Hold(clock, cancel);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancel);
        await db.Database.MigrateAsync(cancel);
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
