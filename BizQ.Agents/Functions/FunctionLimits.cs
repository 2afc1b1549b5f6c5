namespace BizQ.Agents.Functions;

/// <summary>What one call of a user function may take.</summary>
public static class FunctionLimits
{
    /// <summary>Characters of its code.</summary>
    public const int LongestCode = 100_000;

    /// <summary>Bytes of its input as JSON.</summary>
    public const int MostInput = 1024 * 1024;

    /// <summary>Bytes of its result as JSON.</summary>
    public const int MostResult = 1024 * 1024;

    /// <summary>Bytes the worker may grow beyond what it had before its first call.</summary>
    public const int MemoryGrowth = 64 * 1024 * 1024;

    /// <summary>Of the growth, what is not the function's data: pages of code and tables of the runtime that are touched for the first time.</summary>
    public const int MemoryOfRuntime = 12 * 1024 * 1024;

    /// <summary>Functions calling functions; each call of JavaScript takes a few of the engine's own on a stack of <see cref="Stack"/>.</summary>
    public const int Recursion = 1_000;

    public const int Stack = 16 * 1024 * 1024;

    /// <summary>The operating system ends the worker when a call has taken this much processor time, whatever it does; what it counts late stays below two seconds.</summary>
    public static readonly TimeSpan Processor = TimeSpan.FromSeconds(1.75);

    /// <summary>Between two statements the engine looks at the time itself: ended here, a call can be told the line it was in.</summary>
    public static readonly TimeSpan Told = TimeSpan.FromSeconds(1.5);

    /// <summary>Processor time of a worker's whole life; it is replaced well before.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(120);

    /// <summary>The same, as a worker raises it around itself.</summary>
    public static WorkerLimits Worker { get; } = new(Processor, Life, MemoryGrowth, Young: 4 * 1024 * 1024);

    /// <summary>A worker that has not answered by now got no processor, or waits for something: it is ended from here.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
}
