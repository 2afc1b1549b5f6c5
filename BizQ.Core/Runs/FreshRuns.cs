using System.Collections.Concurrent;

namespace BizQ.Core.Runs;

/// <summary>
/// Runs this process has just accepted, so that whoever drives them here need not read again what was written a moment ago.
/// Losing one costs a read; a copy that has grown stale is refused by the run's version as any other.
/// </summary>
public sealed class FreshRuns
{
    /// <summary>Runs in one generation. Those nobody asks for, because another node drives them, go with the generation after.</summary>
    private const int Most = 2_000;

    private ConcurrentDictionary<Guid, Run> _young = new();
    private ConcurrentDictionary<Guid, Run> _old = new();
    private int _count;

    /// <summary>Call it before the run is woken.</summary>
    public void Put(Run run)
    {
        if (Interlocked.Increment(ref _count) > Most)
        {
            Interlocked.Exchange(ref _count, 0);
            _old = Interlocked.Exchange(ref _young, new());
        }
        _young[run.Id] = run.Copy();
    }

    /// <summary>Null when it is not among them; then it must be read.</summary>
    public Run? Find(Guid runId) => _young.GetValueOrDefault(runId) ?? _old.GetValueOrDefault(runId);

    /// <summary>The same, for the one who will drive it: nobody gets it again.</summary>
    public Run? Take(Guid runId) => _young.TryRemove(runId, out var run) || _old.TryRemove(runId, out run) ? run : null;
}
