using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// A real database in memory for what is only read while runs go on: the workspace and the definitions. SQLite answers on the
/// thread that asks, so it does not disturb the simulator's order.
/// </summary>
internal sealed class SimDatabase : IAsyncDisposable
{
    private static int _made;

    private readonly SqliteConnection _keepAlive;

    private SimDatabase(SqliteConnection keepAlive, Workspace workspace)
    {
        (_keepAlive, Workspace) = (keepAlive, workspace);
        Database = new BizQDatabase(keepAlive.ConnectionString, Path.GetTempPath(), new ChangeFeed());
    }

    public BizQDatabase Database { get; }

    public Workspace Workspace { get; }

    public static async Task<SimDatabase> Open()
    {
        using var folder = new TempFolder();
        await using var template = new SqliteConnection($"{await DatabaseKit.NewDatabase(Engine.Sqlite, folder.Path)};Pooling=False");
        await template.OpenAsync();
        var memory = new SqliteConnection($"Data Source=simulation-{Interlocked.Increment(ref _made)};Mode=Memory;Cache=Shared");
        await memory.OpenAsync();
        template.BackupDatabase(memory);
        var workspace = new Workspace { Id = new Ids(TimeProvider.System).New(), Name = "Simulated", Slug = "simulated", CreatedAt = DateTimeOffset.UnixEpoch };
        var made = new SimDatabase(memory, workspace);
        await using var db = made.Database.OpenUnscoped();
        db.Add(workspace);
        await db.SaveChangesAsync();
        return made;
    }

    public async Task<AgentVersion> Add(AgentDefinition definition, Ids ids)
    {
        var version = new AgentVersion
        {
            Id = ids.New(),
            WorkspaceId = Workspace.Id,
            AgentId = ids.New(),
            Number = 1,
            Definition = Json.Element(definition),
            Hash = "",
            CreatedByName = "The simulator",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        await using var db = Database.Open(Workspace.Id);
        db.Add(version);
        await db.SaveChangesAsync();
        return version;
    }

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearPool(_keepAlive);
        await _keepAlive.DisposeAsync();
    }
}
