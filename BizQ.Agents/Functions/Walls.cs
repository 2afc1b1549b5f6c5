using System.Runtime.InteropServices;

namespace BizQ.Agents.Functions;

/// <summary>What the operating system holds against a worker. Each was tried by the worker itself after it was raised: a wall that gave way counts as none.</summary>
/// <param name="Processor">The system ends the process at its limit of processor time.</param>
/// <param name="Memory">The system gives the process no more memory than its limit.</param>
/// <param name="Files">No file can be opened.</param>
/// <param name="Network">No connection can be made.</param>
/// <param name="Processes">No process can be started, and none other be signalled.</param>
/// <param name="Nobody">It runs as a user that owns nothing.</param>
public sealed record Walls(bool Processor, bool Memory, bool Files, bool Network, bool Processes, bool Nobody)
{
    public static readonly Walls None = new(false, false, false, false, false, false);

    private const string FilterState = "/proc/sys/kernel/seccomp/actions_avail";

    /// <summary>All that keeps a function in. Its user does not count: with no files and no processes, a user's rights are of no use.</summary>
    public bool Whole => Processor && Memory && Files && Network && Processes;

    /// <summary>What this system should be able to hold.</summary>
    public static Walls Expected => OperatingSystem.IsLinux()
        ? new Walls(true, true, Filters, Filters, Filters, Environment.IsPrivilegedProcess)
        : None with { Processor = OperatingSystem.IsMacOS() };

    /// <summary>For people: what is not held.</summary>
    public string Missing => string.Join(", ", new[]
    {
        Processor ? null : "processor time",
        Memory ? null : "memory",
        Files ? null : "files",
        Network ? null : "network",
        Processes ? null : "processes",
    }.OfType<string>());

    private static bool Filters => File.Exists(FilterState) && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
}
