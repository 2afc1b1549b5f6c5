using System.Runtime.InteropServices;

namespace BizQ.Agents.Functions.Worker;

/// <summary>
/// The system calls a worker may make once its walls stand: reading and writing what is already open, memory, threads (each of the runtime's makes itself a pipe), clocks.
/// Everything else (files, sockets, processes, whatever a kernel will have one day) is refused by the kernel with EPERM, on
/// every thread and for good (seccomp with a filter; no right is needed for it).
/// </summary>
internal static class SystemCalls
{
    private const int SetFilter = 1;
    private const int AllThreads = 1;

    private const uint Allow = 0x7fff_0000;
    private const uint KillProcess = 0x8000_0000;
    private const uint Refuse = 0x0005_0000 | 1;

    // "There is no such call": the C library then makes its threads with clone, whose flags can be looked at.
    private const uint NoSuchCall = 0x0005_0000 | 38;

    private const uint Thread = 0x0001_0000;

    private static readonly (string Name, int X64, int Arm64)[] Allowed =
    [
        ("read", 0, 63), ("write", 1, 64), ("close", 3, 57), ("fstat", 5, 80), ("lseek", 8, 62), ("readv", 19, 65), ("writev", 20, 66), ("pread64", 17, 67),
        ("poll", 7, -1), ("ppoll", 271, 73), ("mmap", 9, 222), ("mprotect", 10, 226), ("munmap", 11, 215), ("brk", 12, 214), ("mremap", 25, 216), ("madvise", 28, 233),
        ("rt_sigaction", 13, 134), ("rt_sigprocmask", 14, 135), ("rt_sigreturn", 15, 139), ("sigaltstack", 131, 132), ("sched_yield", 24, 124),
        ("nanosleep", 35, 101), ("setitimer", 38, 103), ("getpid", 39, 172), ("gettid", 186, 178), ("getuid", 102, 174), ("geteuid", 107, 175), ("exit", 60, 93), ("exit_group", 231, 94),
        ("gettimeofday", 96, 169), ("getrlimit", 97, 163), ("getrusage", 98, 165), ("sysinfo", 99, 179), ("futex", 202, 98),
        ("sched_setaffinity", 203, 122), ("sched_getaffinity", 204, 123), ("set_tid_address", 218, 96), ("restart_syscall", 219, 128),
        ("clock_gettime", 228, 113), ("clock_getres", 229, 114), ("clock_nanosleep", 230, 115), ("set_robust_list", 273, 99), ("getcpu", 309, 168),
        ("pipe2", 293, 59), ("getrandom", 318, 278), ("membarrier", 324, 283), ("rseq", 334, 293),
    ];

    // Threads of this process, but no other process; signals to this process's threads (the runtime stops them so), but to no other; limits of its own.
    private static readonly (int X64, int Arm64) Clone = (56, 220), Clone3 = (435, 435), SignalThread = (234, 131), Limit = (302, 261);

    public static bool Restrict()
    {
        var filter = Filter(RuntimeInformation.ProcessArchitecture == Architecture.Arm64, (uint)Environment.ProcessId);
        var code = Marshal.AllocHGlobal(filter.Length * sizeof(ulong));
        var program = Marshal.AllocHGlobal(2 * sizeof(long));
        Marshal.Copy(filter, 0, code, filter.Length);
        Marshal.WriteInt64(program, filter.Length);
        Marshal.WriteIntPtr(program, sizeof(long), code);
        var seccomp = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 277 : 317;
        // Nobody gets the memory back before the kernel has its copy; it is a kilobyte.
        var done = Native.Call(seccomp, SetFilter, AllThreads, program) == 0;
        Marshal.FreeHGlobal(program);
        Marshal.FreeHGlobal(code);
        return done;
    }

    /// <summary>A program of the kernel's packet filter: each instruction is an operation, two jumps and a constant in eight bytes.</summary>
    private static long[] Filter(bool arm, uint process)
    {
        var program = new List<long>();
        Load(FieldOf.Architecture);
        IfEqual(arm ? 0xC000_00B7 : 0xC000_003E, 1, 0);
        Return(KillProcess);
        Load(FieldOf.Number);
        foreach (var (_, x64, arm64) in Allowed.Where(call => !arm || call.Arm64 >= 0))
        {
            IfEqual((uint)(arm ? arm64 : x64), 0, 1);
            Return(Allow);
        }
        IfEqual((uint)(arm ? Clone3.Arm64 : Clone3.X64), 0, 1);
        Return(NoSuchCall);
        Only(Clone, () => IfHas(Thread, 0, 1));
        Only(SignalThread, () => IfEqual(process, 0, 1));
        Only(Limit, () => IfEqual(0, 0, 1));
        Return(Refuse);
        return [.. program];

        // A call that is allowed when its first argument is what the look accepts.
        void Only((int X64, int Arm64) call, Action look)
        {
            IfEqual((uint)(arm ? call.Arm64 : call.X64), 0, 4);
            Load(FieldOf.FirstArgument);
            look();
            Return(Allow);
            Return(Refuse);
        }

        void Load(FieldOf field) => Add(0x20, 0, 0, (uint)field);
        void IfEqual(uint value, byte then, byte otherwise) => Add(0x15, then, otherwise, value);
        void IfHas(uint bits, byte then, byte otherwise) => Add(0x45, then, otherwise, bits);
        void Return(uint what) => Add(0x06, 0, 0, what);
        void Add(ushort operation, byte then, byte otherwise, uint value) =>
            program.Add(operation | ((long)then << 16) | ((long)otherwise << 24) | ((long)value << 32));
    }

    /// <summary>Where the kernel's description of a call holds what; of the argument, the lower half.</summary>
    private enum FieldOf { Number = 0, Architecture = 4, FirstArgument = 16 }
}
