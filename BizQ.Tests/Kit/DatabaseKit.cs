using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Data.Rows;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BizQ.Tests.Kit;

/// <summary>
/// A real, migrated database without a host. Migrations run once per engine and test process; each test gets a copy, which
/// takes milliseconds.
/// </summary>
public sealed class DatabaseKit : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> SqliteTemplate = new(MakeSqliteTemplate);
    private static readonly Lazy<Task<string>> PostgresTemplate = new(MakePostgresTemplate);

    private readonly TempFolder _folder;
    private Archive? _archive;

    private DatabaseKit(TempFolder folder, string connectionString, TimeProvider clock)
    {
        _folder = folder;
        Clock = clock;
        Ids = new Ids(clock);
        Database = new BizQDatabase(connectionString, folder.Path, Changes);
    }

    public ChangeFeed Changes { get; } = new();

    public BizQDatabase Database { get; }

    public TimeProvider Clock { get; }

    public Ids Ids { get; }

    public string DataPath => _folder.Path;

    /// <summary>The archive of this database's folder, opened when first asked for.</summary>
    public Archive Archive => _archive ??= new FileArchive(_folder.Path);

    /// <summary>The store of runs on this database, as the run loop has it.</summary>
    public StoredRuns StoredRuns(KnownAgents agents, GroupCommit writer) =>
        new(new LoadRun(Database, new RunPayloads(Archive)), new FreshRuns(), agents, writer, new RunPayloads(Archive));

    public static async Task<DatabaseKit> Start(Engine engine, TimeProvider? clock = null)
    {
        var folder = new TempFolder();
        return new DatabaseKit(folder, await NewDatabase(engine, folder.Path), clock ?? TimeProvider.System);
    }

    /// <summary>A new workspace, and its owner as the actor.</summary>
    public Task<Actor> NewWorkspace(string name = "Test business") => Workspaces.Make(Database, Ids, Clock, name);

    /// <summary>A person of this role in the workspace, as an actor.</summary>
    public Task<Actor> NewPerson(Guid workspaceId, Role role, string name = "Somebody") => Workspaces.Join(Database, Ids, Clock, workspaceId, role, name);

    /// <summary>The connection string of a migrated database; a SQLite one lies in <paramref name="folder"/>.</summary>
    internal static async Task<string> NewDatabase(Engine engine, string folder)
    {
        if (engine == Engine.Postgres)
            return await (await PostgresServer.Shared).NewDatabase(await PostgresTemplate.Value);
        var file = Path.Combine(folder, "bizq.db");
        File.Copy(await SqliteTemplate.Value, file);
        return $"Data Source={file}";
    }

    internal static async Task Discard(BizQDatabase database)
    {
        if (database.Engine == Engine.Postgres)
        {
            await (await PostgresServer.Shared).Drop(database.ConnectionString);
            return;
        }
        await using var pool = new SqliteConnection(database.ConnectionString);
        SqliteConnection.ClearPool(pool);
    }

    public async ValueTask DisposeAsync()
    {
        _archive?.Dispose();
        await Discard(Database);
        _folder.Dispose();
    }

    private static async Task<string> MakeSqliteTemplate()
    {
        // Kept for the whole process; the folder is the operating system's to clean.
        var folder = Directory.CreateTempSubdirectory("bizq-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var file = Path.Combine(folder, "template.db");
        var database = new BizQDatabase($"Data Source={file}", folder, new ChangeFeed());
        await new MigrateDatabase(database).Run(TimeProvider.System, CancellationToken.None);
        await using (var connection = new SqliteConnection(database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            // One file to copy: the write-ahead log goes back into it.
            command.CommandText = "PRAGMA journal_mode=DELETE";
            await command.ExecuteNonQueryAsync();
            SqliteConnection.ClearPool(connection);
        }
        return file;
    }

    private static async Task<string> MakePostgresTemplate()
    {
        var connectionString = await (await PostgresServer.Shared).NewDatabase(prefix: "template_bizq");
        var database = new BizQDatabase(connectionString, Path.GetTempPath(), new ChangeFeed());
        await new MigrateDatabase(database).Run(TimeProvider.System, CancellationToken.None);
        // A template that somebody is connected to cannot be copied.
        await using var pool = new NpgsqlConnection(database.ConnectionString);
        NpgsqlConnection.ClearPool(pool);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }
}
