using BizQ.Core.Data.Postgres;
using BizQ.Core.Data.Rows;
using BizQ.Core.Data.Sqlite;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace BizQ.Core.Data;

public enum Engine { Sqlite, Postgres }

/// <summary>Where the rows are. The one way to a <see cref="BizQDb"/>: a short-lived context for one workspace.</summary>
public sealed class BizQDatabase
{
    private readonly ChangeFeed _changes;
    /// <summary>Contexts are kept and used again: making one costs as much as a small query.</summary>
    private readonly Func<BizQDb> _rent;
    private readonly Lazy<IModel> _model;

    /// <param name="connectionString">Empty: a SQLite file under <paramref name="dataPath"/>. With "Host=": PostgreSQL. Otherwise SQLite.</param>
    public BizQDatabase(string? connectionString, string dataPath, ChangeFeed changes)
    {
        _changes = changes;
        DataPath = dataPath;
        ConnectionString = string.IsNullOrWhiteSpace(connectionString)
            ? $"Data Source={Path.Combine(dataPath, "bizq.db")}"
            : IsPostgres(connectionString) ? Prepared(connectionString) : connectionString;
        Engine = IsPostgres(ConnectionString) ? Engine.Postgres : Engine.Sqlite;
        _rent = Engine == Engine.Postgres
            ? new PooledDbContextFactory<PostgresBizQDb>(PostgresOptions(ConnectionString)).CreateDbContext
            : new PooledDbContextFactory<SqliteBizQDb>(SqliteOptions(ConnectionString)).CreateDbContext;
        _model = new Lazy<IModel>(() =>
        {
            using var db = _rent();
            return db.Model;
        });
    }

    public Engine Engine { get; }

    /// <summary>What is committed through these contexts, and by the other nodes.</summary>
    public ChangeFeed Changes => _changes;

    public string ConnectionString { get; }

    /// <summary>The folder of everything that is not in the database: archive, inbox, outbox, keys.</summary>
    public string DataPath { get; }

    /// <summary>A context that sees one workspace. Dispose it within the request or event that opened it.</summary>
    public BizQDb Open(Guid workspaceId) => _rent().Serve(workspaceId, _changes);

    /// <summary>A context without a workspace, for the few that serve all of them; it reads scoped rows only through a lifted filter.</summary>
    public BizQDb OpenUnscoped() => _rent().Serve(null, _changes);

    internal IRowEngine NewRowEngine() =>
        Engine == Engine.Postgres ? new PostgresRows(ConnectionString, _model.Value) : new SqliteRows(ConnectionString, _model.Value);

    /// <summary>After the commit of a set, what saving does too: versions count up and the changes are announced.</summary>
    internal void Written(RowSet set)
    {
        foreach (var write in set.Rest.Append(set.Guard).Where(w => w.Kind.Act == RowAct.Update))
            RowShape.Of(_model.Value, write.Kind.Type).CountUp(write.Row);
        foreach (var change in set.Rest.Append(set.Guard).Select(w => BizQDb.ChangeOf(w.Row)).OfType<Change>().Distinct())
            _changes.Publish(change);
    }

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

    /// <summary>
    /// Statements used again are planned once a connection, unless the connection string says otherwise (a pooler in between
    /// that hands connections round wants <c>Max Auto Prepare=0</c>). A hundred is more than one connection ever uses often.
    /// </summary>
    private static string Prepared(string connectionString) => connectionString.Contains("Auto Prepare", StringComparison.OrdinalIgnoreCase)
        ? connectionString
        : new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 100 }.ConnectionString;

    private static bool IsPostgres(string connectionString) =>
        connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase)
        || connectionString.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
}
