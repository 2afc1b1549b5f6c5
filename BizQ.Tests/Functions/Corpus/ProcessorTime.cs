using System.Globalization;

namespace BizQ.Tests.Functions.Corpus;

/// <summary>What Linux knows of threads and processes: processor time, whatever else the machine is busy with, and memory.</summary>
internal static class ProcessorTime
{
    /// <summary>Of the thread that asks.</summary>
    public static TimeSpan OfThisThread() =>
        TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000.0);

    /// <summary>Of all threads of a process; null when it is gone.</summary>
    public static TimeSpan? Of(int process)
    {
        if (Text($"/proc/{process}/stat") is not { Length: > 0 } stat)
            return null;
        // User and system time are the 14th and 15th field, in hundredths of a second; the second, a name, may hold spaces.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10.0 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }

    /// <summary>The most memory a process has had so far, in bytes; null when it is gone.</summary>
    public static long? PeakOf(int process) => InBytes(process, "VmHWM:");

    public static long? MemoryOf(int process) => InBytes(process, "VmRSS:");

    private static long? InBytes(int process, string name) =>
        Text($"/proc/{process}/status")?.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            : null;

    private static string? Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
