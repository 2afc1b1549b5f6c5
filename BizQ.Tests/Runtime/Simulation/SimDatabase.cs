using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
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

    /// <summary>The agents that runs of one story are of, the first one's first.</summary>
    public async Task<IReadOnlyList<AgentVersion>> Add(IReadOnlyList<(Guid AgentId, AgentDefinition Definition)> agents, Ids ids)
    {
        await using var db = Database.Open(Workspace.Id);
        var versions = new List<AgentVersion>();
        foreach (var (agentId, definition) in agents)
        {
            versions.Add(new AgentVersion
            {
                Id = ids.New(),
                WorkspaceId = Workspace.Id,
                AgentId = agentId,
                Number = 1,
                Definition = Json.Element(definition),
                Hash = "",
                CreatedByName = "The simulator",
                CreatedAt = DateTimeOffset.UnixEpoch,
            });
            // One that calls nobody and is called by nobody is not looked up.
            if (agents.Count > 1 || definition.Nodes.Any(n => n.Kind == "agent"))
            {
                db.Add(new Agent
                {
                    Id = agentId,
                    WorkspaceId = Workspace.Id,
                    Name = agentId.ToString(),
                    Purpose = definition.Purpose,
                    CurrentVersionId = versions[^1].Id,
                    CurrentVersionNumber = 1,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                    UpdatedAt = DateTimeOffset.UnixEpoch,
                });
            }
        }
        db.AddRange(versions);
        await db.SaveChangesAsync();
        return versions;
    }

    /// <summary>What others ask of a run, how deep it is and what its callers may do, which never changes. The stories share a workspace, so its key is its own.</summary>
    public void Add(Run run)
    {
        using var db = Database.Open(Workspace.Id);
        db.Add(new Run
        {
            Id = run.Id,
            WorkspaceId = run.WorkspaceId,
            AgentId = run.AgentId,
            AgentVersionId = run.AgentVersionId,
            AgentName = run.AgentName,
            TaskType = run.TaskType,
            Title = run.Title,
            IdempotencyKey = run.Id.ToString(),
            Input = run.Input,
            Status = run.Status,
            StartedAt = run.StartedAt,
            StartedByName = run.StartedByName,
            ParentRunId = run.ParentRunId,
            ParentStepId = run.ParentStepId,
            Depth = run.Depth,
            Hops = run.Hops,
        });
        if (db.SaveChangesAsync() is { IsCompletedSuccessfully: false } late)
            throw new InvalidOperationException("SQLite did not take the run, or not on the thread that asked.", late.Exception);
    }

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearPool(_keepAlive);
        await _keepAlive.DisposeAsync();
    }
}

/// <summary>Nothing in the simulator's worlds is so large that it would go there.</summary>
internal sealed class SimArchive : Archive
{
    public override Task<string?> Problem(CancellationToken cancel) => Task.FromResult<string?>(null);

    protected override Task<bool> Has(Guid workspaceId, string hash, CancellationToken cancel) => throw new NotSupportedException();

    protected override Task Store(Guid workspaceId, string hash, string fileName, byte[] packed, CancellationToken cancel) => throw new NotSupportedException();

    protected override Task<byte[]?> Find(Guid workspaceId, string hash, CancellationToken cancel) => throw new NotSupportedException();

    protected override void Close()
    {
    }
}
