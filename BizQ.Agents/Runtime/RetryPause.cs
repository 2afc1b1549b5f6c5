namespace BizQ.Agents.Runtime;

/// <summary>
/// How long to wait before a node is tried again: about 1 s, then about 2 s. Half to one and a half of it at random, so
/// that runs that failed together do not come back together.
/// </summary>
public sealed class RetryPause(Random random)
{
    /// <summary>Attempts in all before the failure is stored.</summary>
    public const int Attempts = 3;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    public TimeSpan After(int attempt)
    {
        lock (_gate)
            return First * Math.Pow(2, attempt - 1) * (0.5 + random.NextDouble());
    }
}
