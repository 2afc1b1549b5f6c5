using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using BizQ.Agents.Functions.Worker;

namespace BizQ.Agents.Functions;

/// <summary>How this program is started once more as a worker.</summary>
/// <param name="Program">The program whose main asks for its commands, as of <see cref="FunctionWorker.Asked"/>.</param>
public sealed record WorkerLaunch(Assembly Program)
{
    /// <summary>
    /// All a worker's environment holds; nothing of ours is passed on. No diagnostics port, one collector thread, no time zone
    /// files (reading them takes half a second), no doubly mapped code pages.
    /// </summary>
    private static (string Name, string Value)[] EnvironmentOf(WorkerLimits limits) =>
    [
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_EnableWriteXorExecute", "0"),
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_gcConcurrent", "0"),
        ("DOTNET_GCHeapHardLimit", limits.Heap.ToString("x", CultureInfo.InvariantCulture)),
        ("DOTNET_GCgen0size", limits.Young.ToString("x", CultureInfo.InvariantCulture)),
        ("DOTNET_Thread_DefaultStackSize", "100000"),
        ("DOTNET_NOLOGO", "1"),
        ("TZ", "UTC"),
        ("TZDIR", "/nonexistent"),
    ];

    /// <param name="command">What the program is to be: <see cref="FunctionWorker.Command"/>, for example.</param>
    public Process Start(WorkerLimits limits, params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(Host ?? System.Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory)!,
        };
        if (Host is not null)
            start.ArgumentList.Add(Program.Location);
        foreach (var word in command)
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in EnvironmentOf(limits))
            start.Environment[name] = value;
        // Windows starts nothing without it.
        if (OperatingSystem.IsWindows())
            start.Environment["SystemRoot"] = System.Environment.GetEnvironmentVariable("SystemRoot");
        return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
    }

    /// <summary>The "dotnet" that runs us; null when the program brings its runtime along and is started itself.</summary>
    private static string? Host
    {
        get
        {
            var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
            return File.Exists(host) ? host : null;
        }
    }
}
