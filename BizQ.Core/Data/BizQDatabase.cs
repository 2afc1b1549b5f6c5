using BizQ.Core.Data.Postgres;
using BizQ.Core.Data.Sqlite;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace BizQ.Core.Data;

public enum Engine { Sqlite, Postgres }

/// <summary>Where the rows are. The one way to a <see cref="BizQDb"/>: a short-lived context for one workspace.</summary>
public sealed class BizQDatabase
{
    private readonly ChangeFeed _changes;
    /// <summary>Contexts are kept and used again: making one costs as much as a small query.</summary>
    private readonly Func<BizQDb> _rent;

    /// <param name="connectionString">Empty: a SQLite file under <paramref name="dataPath"/>. With "Host=": PostgreSQL. Otherwise SQLite.</param>
    public BizQDatabase(string? connectionString, string dataPath, ChangeFeed changes)
    {
        _changes = changes;
        DataPath = dataPath;
        ConnectionString = string.IsNullOrWhiteSpace(connectionString)
            ? $"Data Source={Path.Combine(dataPath, "bizq.db")}"
            : connectionString;
        Engine = IsPostgres(ConnectionString) ? Engine.Postgres : Engine.Sqlite;
        _rent = Engine == Engine.Postgres
            ? new PooledDbContextFactory<PostgresBizQDb>(PostgresOptions(ConnectionString)).CreateDbContext
            : new PooledDbContextFactory<SqliteBizQDb>(SqliteOptions(ConnectionString)).CreateDbContext;
    }

    public Engine Engine { get; }

    public string ConnectionString { get; }

    /// <summary>The folder of everything that is not in the database: archive, inbox, outbox, keys.</summary>
    public string DataPath { get; }

    /// <summary>A context that sees one workspace. Dispose it within the request or event that opened it.</summary>
    public BizQDb Open(Guid workspaceId) => _rent().Serve(workspaceId, _changes);

    /// <summary>A context without a workspace, for the few that serve all of them; it reads scoped rows only through a lifted filter.</summary>
    public BizQDb OpenUnscoped() => _rent().Serve(null, _changes);

    internal static DbContextOptions<SqliteBizQDb> SqliteOptions(string connectionString) =>
        new DbContextOptionsBuilder<SqliteBizQDb>()
            .UseSqlite(connectionString)
            .UseSnakeCaseNamingConvention()
            .AddInterceptors(new SqlitePragmas(), new AnnounceOnCommit())
            .Options;

    internal static DbContextOptions<PostgresBizQDb> PostgresOptions(string connectionString) =>
        new DbContextOptionsBuilder<PostgresBizQDb>()
            .UseNpgsql(connectionString)
            .UseSnakeCaseNamingConvention()
            .AddInterceptors(new AnnounceOnCommit())
            .Options;

    private static bool IsPostgres(string connectionString) =>
        connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase)
        || connectionString.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
}
