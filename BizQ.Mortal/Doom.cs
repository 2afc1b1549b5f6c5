using System.Diagnostics;
using System.Globalization;

namespace BizQ.Mortal;

/// <summary>
/// The instant at which this process kills itself, with the signal that no process can answer: right before or after the n-th
/// commit of one run's journal, or the n-th call of a tool for it.
/// </summary>
internal sealed class Doom(string? key, string? at)
{
    private readonly string[] _at = at?.Split('-') ?? ["never", "0", "before"];
    private int _commits;
    private int _calls;

    /// <summary>The idempotency key of the run that is counted; others commit and call as they like.</summary>
    public bool Counts(string run) => run == key;

    public async Task<T> Commit<T>(Func<Task<T>> commit) => await Around("commit", Interlocked.Increment(ref _commits), commit);

    public async Task<T> Call<T>(Func<Task<T>> call) => await Around("call", Interlocked.Increment(ref _calls), call);

    private async Task<T> Around<T>(string what, int number, Func<Task<T>> act)
    {
        Strike(what, number, "before");
        var result = await act();
        Strike(what, number, "after");
        return result;
    }

    private void Strike(string what, int number, string when)
    {
        if (_at[0] != what || _at[2] != when || number != int.Parse(_at[1], CultureInfo.InvariantCulture))
            return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        // Nothing of this thread happens any more, even if the signal takes its time.
        using var never = new ManualResetEventSlim();
        never.Wait();
    }
}
