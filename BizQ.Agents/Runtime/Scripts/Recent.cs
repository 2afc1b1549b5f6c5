using System.Collections.Concurrent;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// Keeps what was made from a text, for at most twice <paramref name="capacity"/> texts: when the younger half is full the
/// older one is dropped, and what is used again moves to the younger. No lock on the way in, no clock, nothing to tune.
/// </summary>
internal sealed class Recent<T>(int capacity) where T : class
{
    /// <summary>Longer texts are made anew each time, so that the whole stays within a few megabytes.</summary>
    private const int LongestKey = 4_000;

    private ConcurrentDictionary<string, T> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, T> _old = new(StringComparer.Ordinal);

    public T Get(string text, Func<string, T> make)
    {
        if (_young.TryGetValue(text, out var kept))
            return kept;
        if (text.Length > LongestKey)
            return make(text);
        kept = _old.TryGetValue(text, out var older) ? older : make(text);
        var young = _young;
        if (young.Count >= capacity)
        {
            _old = young;
            _young = young = new(StringComparer.Ordinal);
        }
        young[text] = kept;
        return kept;
    }
}
