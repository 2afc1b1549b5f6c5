using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Bench.Runs;

/// <summary>The real BizQ in this process, as it is configured out of the box, on an empty database of its own.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly string _connectionString;
    private WebApplication _app;

    private BenchHost(TempFolder folder, string connectionString, WebApplication app, Actor owner) =>
        (_folder, _connectionString, _app, Owner) = (folder, connectionString, app, owner);

    public Actor Owner { get; }

    public BizQDatabase Database => Get<BizQDatabase>();

    public ChangeFeed Changes => Get<ChangeFeed>();

    public static async Task<BenchHost> Start(Engine engine)
    {
        var folder = new TempFolder();
        var connectionString = engine == Engine.Postgres ? await (await PostgresServer.Shared).NewDatabase() : "";
        var app = await Build(folder, connectionString);
        await app.StartAsync();
        var services = app.Services;
        var owner = await Workspaces.Make(services.GetRequiredService<BizQDatabase>(), services.GetRequiredService<Ids>(), TimeProvider.System, "Bench");
        return new BenchHost(folder, connectionString, app, owner);
    }

    /// <summary>Another process, as far as the database can tell. <paramref name="away"/> is what happens while none runs.</summary>
    public async Task Restart(Func<Task> away)
    {
        await Stop();
        await away();
        _app = await Build(_folder, _connectionString);
        await _app.StartAsync();
    }

    public async Task<Agent> Save(string definition, CancellationToken cancel)
    {
        var saved = await Get<SaveAgent>().Run(Owner, new SaveAgentRequest(null, System.Text.Json.JsonElement.Parse(definition), null), cancel);
        return saved.Refusal is { } refusal ? throw new CouldNotRunException(refusal.Message) : saved.Value.Agent;
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _folder.Dispose();
    }

    /// <summary>Processor time this process has used, in ms: what a shared machine leaves comparable.</summary>
    public static double CpuMs()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMilliseconds;
    }

    /// <summary>What else the machine was doing: figures under load mean little without it.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "";

    private async Task Stop()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Task<WebApplication> Build(TempFolder folder, string connectionString) => Program.Build(
    [
        "--urls=http://127.0.0.1:0",
        $"--Data:Path={folder.Path}",
        $"--ConnectionStrings:BizQ={connectionString}",
        // The table of figures stands alone on the standard output.
        "--Logging:ToStandardError=true",
        "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
    ]);
}
