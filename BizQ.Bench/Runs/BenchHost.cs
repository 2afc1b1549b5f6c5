using BizQ.Core;
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
    private readonly WebApplication _app;

    private BenchHost(TempFolder folder, WebApplication app, Actor owner) => (_folder, _app, Owner) = (folder, app, owner);

    public Actor Owner { get; }

    public BizQDatabase Database => Get<BizQDatabase>();

    public ChangeFeed Changes => Get<ChangeFeed>();

    public static async Task<BenchHost> Start(Engine engine)
    {
        var folder = new TempFolder();
        var app = await Program.Build(
        [
            "--urls=http://127.0.0.1:0",
            $"--Data:Path={folder.Path}",
            $"--ConnectionStrings:BizQ={(engine == Engine.Postgres ? await (await PostgresServer.Shared).NewDatabase() : "")}",
            // The table of figures stands alone on the standard output.
            "--Logging:ToStandardError=true",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
        ]);
        await app.StartAsync();
        var services = app.Services;
        var owner = await Workspaces.Make(services.GetRequiredService<BizQDatabase>(), services.GetRequiredService<Ids>(), TimeProvider.System, "Bench");
        return new BenchHost(folder, app, owner);
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
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
}
