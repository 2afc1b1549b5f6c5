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

/// <summary>A database with one agent, and the runtime that lives in it one short life after the other.</summary>
internal sealed class MortalHouse : IAsyncDisposable
{
    /// <summary>How a shell reports the end by SIGKILL.</summary>
    private const int Killed = 137;

    private readonly TempFolder _folder = new();
    private readonly Ids _ids = new(TimeProvider.System);
    private AgentVersion _version = null!;

    private string World => Path.Combine(_folder.Path, "world.txt");

    public BizQDatabase Database { get; private set; } = null!;

    public Guid WorkspaceId { get; private set; }

    public static async Task<MortalHouse> Build(Engine engine, AgentDefinition definition)
    {
        var house = new MortalHouse();
        house.Database = new BizQDatabase(await DatabaseKit.NewDatabase(engine, house._folder.Path), house._folder.Path, new ChangeFeed());
        var owner = await Kit.Workspaces.Make(house.Database, house._ids, TimeProvider.System, "Mortal business");
        house.WorkspaceId = owner.WorkspaceId;
        await house.Add(definition);
        return house;
    }

    /// <summary>A run is accepted while no process lives: the next one finds it.</summary>
    public async Task Accept(string key)
    {
        await using var db = Database.Open(WorkspaceId);
        db.Add(new Run
        {
            Id = _ids.New(),
            WorkspaceId = WorkspaceId,
            AgentId = _version.AgentId,
            AgentVersionId = _version.Id,
            AgentName = "Everything",
            TaskType = "manual",
            Title = key,
            IdempotencyKey = key,
            Input = Json.Element(new { kind = "manual", input = new { run = key } }),
            Status = RunStatus.Queued,
            StartedAt = TimeProvider.System.GetUtcNow(),
            StartedByName = "A test",
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A process that finishes all runs, unless it dies at the given instant of the run with this key.</summary>
    /// <param name="more">Further settings.</param>
    public async Task<Ending> Live(string key, string at, params string[] more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "BizQ.Mortal.dll"),
                $"--Data:Path={_folder.Path}",
                $"--ConnectionStrings:BizQ={Database.ConnectionString}",
                $"--Doom:Key={key}",
                $"--Doom:At={at}",
            },
        };
        foreach (var setting in more)
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
            throw new TimeoutException($"The life that was to end at {at} did not end by itself.");
        }
        return process.ExitCode switch
        {
            Killed => Ending.Killed,
            0 => Ending.Finished,
            var other => throw new InvalidOperationException($"The life that was to end at {at} ended with {other}:\n{await output}\n{await errors}"),
        };
    }

    /// <summary>What has happened in the world, in order.</summary>
    public IReadOnlyList<string> Acts() => File.Exists(World) ? File.ReadAllLines(World) : [];

    public async ValueTask DisposeAsync()
    {
        await DatabaseKit.Discard(Database);
        _folder.Dispose();
    }

    private async Task Add(AgentDefinition definition)
    {
        var now = TimeProvider.System.GetUtcNow();
        var agent = new Agent { Id = _ids.New(), WorkspaceId = WorkspaceId, Name = definition.Name, Purpose = definition.Purpose, CreatedAt = now, UpdatedAt = now, CurrentVersionNumber = 1 };
        _version = new AgentVersion
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
        agent.CurrentVersionId = _version.Id;
        await using var db = Database.Open(WorkspaceId);
        db.AddRange(agent, _version);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
