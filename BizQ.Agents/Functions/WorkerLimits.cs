namespace BizQ.Agents.Functions;

/// <summary>How high the walls of a worker process are.</summary>
/// <param name="Processor">Time of one call.</param>
/// <param name="Life">Processor time of the whole process; it is replaced well before.</param>
/// <param name="MemoryGrowth">Bytes it may grow beyond what it had before its first call.</param>
/// <param name="Young">Bytes of the collector's young generation: by its own measure of the processor's cache it would let garbage grow to half the limit.</param>
public sealed record WorkerLimits(TimeSpan Processor, TimeSpan Life, int MemoryGrowth, int Young)
{
    /// <summary>The collector gives up at this size of its heap, with a good message, before the system's limit does.</summary>
    public int Heap => MemoryGrowth - (2 * FunctionLimits.MemoryOfRuntime);
}
