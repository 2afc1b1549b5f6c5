using System.Collections.Concurrent;
using System.Diagnostics;

namespace BizQ.Mortal;

/// <summary>
/// The end of this process, by the signal that no process can answer. Each doomed run has one boundary: right before or right after
/// something that leaves it. There it stands still, with all that belongs to it, and once every run that is under way
/// stands so, the process kills itself: in each of them it has died at its own boundary.
/// </summary>
/// <param name="folder">In doom.txt, lines of a run's title, a tab and its boundary, which begins with "before " or "after " and
/// ends with a moment, or with "anything". What happens and where runs stood still is written there too.</param>
internal sealed class Doom(string folder)
{
    public const string Anything = "anything";

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, bool> _still = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _boundaries = File.ReadLines(Path.Combine(folder, "doom.txt"))
        .Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>Called when another run stands still.</summary>
    public Action StoodStill { get; set; } = () => { };

    public bool Holds(string run) => _still.ContainsKey(run);

    /// <param name="run">The title of the run that it is done for; runs that are called have their caller's.</param>
    /// <param name="moments">What it is, in words that are the same in every such run.</param>
    public async Task<T> Around<T>(string run, IReadOnlyList<string> moments, Func<Task<T>> act)
    {
        foreach (var moment in moments)
            Write("moments.txt", $"{run}\t{moment}");
        await Pass("before", run, moments);
        var done = await act();
        await Pass("after", run, moments);
        return done;
    }

    public void Write(string file, string line)
    {
        lock (_gate)
            File.AppendAllText(Path.Combine(folder, file), $"{line}\n");
    }

    public static void Strike()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        // Nothing of this thread happens any more, even if the signal takes its time.
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    private async Task Pass(string when, string run, IReadOnlyList<string> moments)
    {
        if (_boundaries.TryGetValue(run, out var boundary) && moments.Append(Anything).Any(moment => boundary == $"{when} {moment}") && _still.TryAdd(run, true))
        {
            Write("still.txt", $"{run}\t{boundary}");
            StoodStill();
        }
        if (Holds(run))
            await new TaskCompletionSource().Task;
    }
}
