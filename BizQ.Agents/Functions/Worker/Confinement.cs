using System.Globalization;

namespace BizQ.Agents.Functions.Worker;

/// <summary>
/// Raises a worker's walls around itself, once everything it will ever need is loaded, and tries each. None can be taken down
/// again from inside. What a system does not know is left out and said.
/// </summary>
internal static class Confinement
{
    /// <summary>The user nobody: owns no file, and no other process of BizQ.</summary>
    private const uint Nobody = 65534;

    /// <summary>Twice what the runtime has open; each new thread of its takes a pipe.</summary>
    private const int MostHandles = 256;

    public static Walls Raise()
    {
        if (OperatingSystem.IsMacOS())
            return Walls.None with { Processor = LimitLife() };
        if (!OperatingSystem.IsLinux())
            return Walls.None;
        var processor = LimitLife();
        var memory = LimitMemory();
        // No core file may ever hold a customer's data, and nothing is written but into the pipes.
        _ = Native.Limit(Native.LimitCore, 0, 0) && Native.Limit(Native.LimitFileSize, 0, 0) && Native.Limit(Native.LimitFiles, MostHandles, MostHandles);
        var nobody = Environment.IsPrivilegedProcess && Native.BecomeNobody(Nobody);
        // Without this promise a filter would need rights; with it, no program that is set to a user could be started either.
        var filtered = Native.Control(Native.NoNewPrivileges, 1, 0, 0, 0) == 0 && SystemCalls.Restrict();
        return new Walls(
            processor,
            memory && !Native.CanTake(FunctionLimits.MemoryGrowth),
            filtered && !Native.CanOpen(),
            filtered && !Native.CanConnect(),
            filtered && !Native.CanStart(),
            nobody);
    }

    /// <summary>Before a call: its end if it takes too long, by the kernel's clock of processor time, which counts every thread.</summary>
    public static void BeginCall()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            Native.Alarm(FunctionLimits.Processor);
    }

    public static void EndCall()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            Native.Alarm(TimeSpan.Zero);
    }

    private static bool LimitLife() => Native.Limit(Native.LimitProcessor, (long)FunctionLimits.Life.TotalSeconds, (long)FunctionLimits.Life.TotalSeconds);

    /// <summary>
    /// Private writable memory, committed or not: what the runtime merely reserves (gigabytes of address space) does not count,
    /// what it makes usable does. The runtime turns the kernel's no into an OutOfMemoryException.
    /// </summary>
    private static bool LimitMemory()
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmData:", StringComparison.Ordinal));
        if (line is null || !long.TryParse(line.AsSpan()["VmData:".Length..].Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            return false;
        var most = (kilobytes * 1024) + FunctionLimits.MemoryGrowth - FunctionLimits.MemoryOfRuntime;
        return Native.Limit(Native.LimitData, most, most);
    }
}
