using System.Runtime.InteropServices;

namespace BizQ.Agents.Functions.Worker;

/// <summary>The system calls a worker raises its walls with, and tries them with. Numbers are those of Linux; macOS shares the ones it is asked.</summary>
internal static class Native
{
    public const int LimitProcessor = 0;
    public const int LimitFileSize = 1;
    public const int LimitData = 2;
    public const int LimitCore = 4;
    public const int LimitFiles = 7;

    /// <summary>Processor time of the whole process; its end is SIGPROF, which nobody here handles.</summary>
    public const int TimerProcessor = 2;

    public const int NoNewPrivileges = 38;

    private const int ReadAndWrite = 0x3;
    private const int PrivateAndAnonymous = 0x22;
    private const int Internet = 2;
    private const int StreamSocket = 1;
    private const int NotPermitted = 1;

    public static bool Limit(int resource, long soft, long hard) => SetLimit(resource, [(ulong)soft, (ulong)hard]) == 0;

    public static void Alarm(TimeSpan after) => _ = SetTimer(TimerProcessor, [0, 0, (long)after.TotalSeconds, after.Microseconds + (after.Milliseconds * 1000L)], 0);

    /// <summary>Every right given up for good; the C library sees to it that all threads follow.</summary>
    public static bool BecomeNobody(uint id) => SetGroups(0, 0) == 0 && SetGroup(id, id, id) == 0 && SetUser(id, id, id) == 0;

    /// <summary>Anybody may open the root folder.</summary>
    public static bool CanOpen() => Kept(Open("/", 0));

    public static bool CanConnect() => Kept(Socket(Internet, StreamSocket, 0));

    /// <summary>There is no such program, so the answer is "not found" where starting programs is allowed, and "not permitted" where it is not.</summary>
    public static bool CanStart() => Execute("/nonexistent", 0, 0) == 0 || Marshal.GetLastPInvokeError() != NotPermitted;

    public static bool CanTake(long bytes)
    {
        var at = Map(0, (nuint)bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        if (at == -1)
            return false;
        _ = Unmap(at, (nuint)bytes);
        return true;
    }

    /// <summary>Another program in this process, with an environment of nothing but one thread for it.</summary>
    public static void Become(string program, IReadOnlyList<string> arguments)
    {
        string?[] words = [program, .. arguments, null];
        _ = Execute(program, words, ["OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8", null]);
    }

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static extern int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static extern nint Call(nint number, nuint first, nuint second, nint third);

    private static bool Kept(int handle)
    {
        if (handle < 0)
            return false;
        _ = Close(handle);
        return true;
    }

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static extern int SetLimit(int resource, ulong[] limits);

    [DllImport("libc", EntryPoint = "setitimer", SetLastError = true)]
    private static extern int SetTimer(int which, long[] intervalAndValue, nint old);

    [DllImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static extern int SetGroups(nuint count, nint groups);

    [DllImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static extern int SetGroup(uint real, uint effective, uint saved);

    [DllImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static extern int SetUser(uint real, uint effective, uint saved);

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int Socket(int family, int kind, int protocol);

    [DllImport("libc", EntryPoint = "execve", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Execute(string path, nint arguments, nint environment);

    [DllImport("libc", EntryPoint = "execve", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Execute(string path, string?[] arguments, string?[] environment);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint at, nuint length, int protection, int flags, int handle, nint offset);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint at, nuint length);
}
