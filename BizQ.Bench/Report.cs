using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace BizQ.Bench;

/// <summary>The figures as JSON: <c>{ commit, machine, figures }</c>, so that two runs can be compared.</summary>
public static class Report
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task Write(string file, Measuring measuring, CancellationToken cancel)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, new { commit = await Commit(cancel), machine = Machine(), figures = measuring.Figures }, s_options, cancel);
    }

    /// <summary>Adds the table to the page of measurements, under the day, the commit and the machine.</summary>
    public static async Task Record(string file, Measuring measuring, CancellationToken cancel)
    {
        var table = new System.Text.StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"\n## {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, commit {await Commit(cancel)}\n\n{Machine()}{(measuring.Quick ? "; quick" : "")}\n\n| figure | value | unit | note |\n|---|---:|---|---|\n");
        foreach (var row in measuring.Rows)
            table.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Value} | {row.Unit} | {row.Note} |\n");
        await File.AppendAllTextAsync(file, table.ToString(), cancel);
    }

    /// <summary>Cores, memory and system; the name of the machine is nobody's business.</summary>
    public static string Machine() =>
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private static async Task<string> Commit(CancellationToken cancel)
    {
        try
        {
            var start = new ProcessStartInfo("git", ["rev-parse", "--short", "HEAD"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var git = Process.Start(start)!;
            var text = await git.StandardOutput.ReadToEndAsync(cancel);
            await git.WaitForExitAsync(cancel);
            return git.ExitCode == 0 ? text.Trim() : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git on this machine: the figures are good all the same.
            return "unknown";
        }
    }
}
