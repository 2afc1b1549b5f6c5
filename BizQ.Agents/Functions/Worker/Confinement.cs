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

    public static Walls Raise(WorkerLimits limits)
    {
        if (OperatingSystem.IsMacOS())
            return Walls.None with { Processor = LimitLife(limits) };
        if (!OperatingSystem.IsLinux())
            return Walls.None;
        var processor = LimitLife(limits);
        var memory = LimitMemory(limits);
        // No core file may ever hold a customer's data, and nothing is written but into the pipes.
        _ = Native.Limit(Native.LimitCore, 0, 0) && Native.Limit(Native.LimitFileSize, 0, 0) && Native.Limit(Native.LimitFiles, MostHandles, MostHandles);
        var nobody = Environment.IsPrivilegedProcess && Native.BecomeNobody(Nobody);
        // Without this promise a filter would need rights; with it, no program that is set to a user could be started either.
        var filtered = Native.Control(Native.NoNewPrivileges, 1, 0, 0, 0) == 0 && SystemCalls.Restrict();
        return new Walls(
            processor,
            memory && !Native.CanTake(limits.MemoryGrowth),
            filtered && !Native.CanOpen(),
            filtered && !Native.CanConnect(),
            filtered && !Native.CanStart(),
            nobody);
    }

    /// <summary>Before a call: its end if it takes too long, by the kernel's clock of processor time, which counts every thread.</summary>
    public static void BeginCall(TimeSpan processor)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            Native.Alarm(processor);
    }

    /// <summary>
    /// Turns this process into another program, which keeps the limits that outlive that: processor time, memory, no core file,
    /// nothing written but into the pipes, nobody's rights. It can open files, as it must to start. Returns only when it cannot be.
    /// </summary>
    public static void Become(string program, IReadOnlyList<string> arguments, WorkerLimits limits)
    {
        _ = LimitLife(limits with { Life = limits.Processor }) && Native.Limit(Native.LimitData, limits.MemoryGrowth, limits.MemoryGrowth);
        _ = Native.Limit(Native.LimitCore, 0, 0) && Native.Limit(Native.LimitFileSize, 0, 0) && Native.Limit(Native.LimitFiles, MostHandles, MostHandles);
        if (Environment.IsPrivilegedProcess)
            Native.BecomeNobody(Nobody);
        _ = Native.Control(Native.NoNewPrivileges, 1, 0, 0, 0);
        Native.Become(program, arguments);
    }

    public static void EndCall()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            Native.Alarm(TimeSpan.Zero);
    }

    private static bool LimitLife(WorkerLimits limits) => Native.Limit(Native.LimitProcessor, (long)limits.Life.TotalSeconds, (long)limits.Life.TotalSeconds);

    /// <summary>
    /// Private writable memory, committed or not: what the runtime merely reserves (gigabytes of address space) does not count,
    /// what it makes usable does. The runtime turns the kernel's no into an OutOfMemoryException.
    /// </summary>
    private static bool LimitMemory(WorkerLimits limits)
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmData:", StringComparison.Ordinal));
        if (line is null || !long.TryParse(line.AsSpan()["VmData:".Length..].Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            return false;
        var most = (kilobytes * 1024) + limits.MemoryGrowth - FunctionLimits.MemoryOfRuntime;
        return Native.Limit(Native.LimitData, most, most);
    }
}
