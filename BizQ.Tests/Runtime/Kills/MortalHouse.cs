using System.Diagnostics;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Runtime.Kills;

/// <summary>How a life ended: by its own hand, or with everything done.</summary>
internal enum Ending { Killed, Finished }

/// <summary>A database with an agent and those it calls, and the runtime that lives in it one short life after the other.</summary>
/// <param name="settings">Further settings of every life.</param>
internal sealed class MortalHouse(params string[] settings) : IAsyncDisposable
{
    /// <summary>How a shell reports the end by SIGKILL.</summary>
    private const int Killed = 137;

    private readonly TempFolder _folder = new();
    private readonly Ids _ids = new(TimeProvider.System);
    private AgentVersion _version = null!;

    public BizQDatabase Database { get; private set; } = null!;

    public Guid WorkspaceId { get; private set; }

    /// <param name="agents">The one that runs are accepted for, and those it calls.</param>
    public async Task<MortalHouse> Build(Engine engine, params AgentDefinition[] agents)
    {
        Database = new BizQDatabase(await DatabaseKit.NewDatabase(engine, _folder.Path), _folder.Path, new ChangeFeed());
        WorkspaceId = (await Kit.Workspaces.Make(Database, _ids, TimeProvider.System, "Mortal business")).WorkspaceId;
        foreach (var agent in agents.Reverse())
            _version = await Add(agent);
        return this;
    }

    /// <summary>Runs are accepted while no process lives: the next one finds them.</summary>
    public async Task Accept(IEnumerable<string> titles)
    {
        await using var db = Database.Open(WorkspaceId);
        db.AddRange(titles.Select(title => new Run
        {
            Id = _ids.New(),
            WorkspaceId = WorkspaceId,
            AgentId = _version.AgentId,
            AgentVersionId = _version.Id,
            AgentName = "Everything",
            TaskType = "manual",
            Title = title,
            IdempotencyKey = title,
            Input = Json.Element(new { kind = "manual", input = new { run = title } }),
            Status = RunStatus.Queued,
            StartedAt = TimeProvider.System.GetUtcNow(),
            StartedByName = "A test",
        }));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A process that finishes all runs, unless it dies with those that are doomed.</summary>
    /// <param name="doomed">By its title, the boundary at which a run stands still until the end.</param>
    public async Task<Ending> Live(IReadOnlyDictionary<string, string> doomed)
    {
        await File.WriteAllLinesAsync(Path.Combine(_folder.Path, "doom.txt"), doomed.Select(run => $"{run.Key}\t{run.Value}"), TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "BizQ.Mortal.dll"), $"--Data:Path={_folder.Path}", $"--ConnectionStrings:BizQ={Database.ConnectionString}" },
        };
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);
        using var process = Process.Start(start)!;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(Eventually.Bound);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(end.Token), process.StandardError.ReadToEndAsync(end.Token));
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"A life with {doomed.Count} doomed runs did not end by itself; {Lines("still.txt").Count} stand still.");
        }
        return process.ExitCode switch
        {
            Killed => Ending.Killed,
            0 => Ending.Finished,
            var other => throw new InvalidOperationException($"A life ended with {other}:\n{await output}\n{await errors}"),
        };
    }

    /// <summary>What lives have written down: "world.txt" holds what has happened, "begun.txt" the runs and nodes that were worked on,
    /// "moments.txt" what left which run, "still.txt" which run has died where, "kinds.txt" the kinds of nodes there are.</summary>
    public IReadOnlyList<string> Lines(string file) => Path.Combine(_folder.Path, file) is var path && File.Exists(path) ? File.ReadAllLines(path) : [];

    public async ValueTask DisposeAsync()
    {
        await DatabaseKit.Discard(Database);
        _folder.Dispose();
    }

    private async Task<AgentVersion> Add(AgentDefinition definition)
    {
        var now = TimeProvider.System.GetUtcNow();
        var agent = new Agent { Id = _ids.New(), WorkspaceId = WorkspaceId, Name = definition.Name, Purpose = definition.Purpose, CreatedAt = now, UpdatedAt = now, CurrentVersionNumber = 1 };
        var version = new AgentVersion
        {
            Id = _ids.New(),
            WorkspaceId = WorkspaceId,
            AgentId = agent.Id,
            Number = 1,
            Definition = Json.Element(definition),
            Hash = "",
            CreatedByName = "A test",
            CreatedAt = now,
        };
        agent.CurrentVersionId = version.Id;
        await using var db = Database.Open(WorkspaceId);
        db.AddRange(agent, version);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return version;
    }
}
