namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>
/// Classifiers by what they were learned from, each learned once however many ask at the same time. The longest unused go when
/// they take too much memory together; the one used last always stays, however large, or every mail would learn it anew.
/// </summary>
public sealed class LearnedClassifiers(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Learned>> _byKey = new(StringComparer.Ordinal);
    /// <summary>The one used last stands first.</summary>
    private readonly LinkedList<Learned> _byUse = new();

    /// <summary>How often something had to be learned since the start.</summary>
    public int Count { get; private set; }

    public Task<Classifier> Get(string key, Func<Classifier> learn)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Classifier;
            }
            Count++;
            // Not on the caller's thread: learning takes from milliseconds to seconds, and whoever waits must not hold a thread.
            var learned = new Learned(key, Task.Run(learn));
            _byKey[key] = _byUse.AddFirst(learned);
            _ = learned.Classifier.ContinueWith(_ => Weigh(learned), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return learned.Classifier;
        }
    }

    private void Weigh(Learned learned)
    {
        lock (_gate)
        {
            // A failure is told to whoever waited, and not kept.
            if (!learned.Classifier.IsCompletedSuccessfully)
                Drop(learned.Key);
            for (var oldest = _byUse.Last; oldest is not null && oldest != _byUse.First && Bytes() > mostBytes; oldest = _byUse.Last)
                Drop(oldest.Value.Key);
        }
    }

    private void Drop(string key)
    {
        if (_byKey.Remove(key, out var node))
            _byUse.Remove(node);
    }

    private long Bytes() => _byUse.Sum(one => one.Bytes);

    private sealed record Learned(string Key, Task<Classifier> Classifier)
    {
        public long Bytes => Classifier.IsCompletedSuccessfully ? Classifier.GetAwaiter().GetResult().Bytes : 0;
    }
}
