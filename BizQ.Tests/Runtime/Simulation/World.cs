using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// Time and chance. Everything that happens is one of three: a continuation that is ready, an answer from outside that may come
/// at any instant, or a moment that is reached. The seed decides which is next, so a seed replays exactly.
/// </summary>
internal sealed class World
{
    /// <summary>Of a hundred choices: how often code goes on where it could, and how often time passes although something could happen.</summary>
    private const int GoesOn = 75;
    private const int TimePasses = 3;

    private readonly List<(Life Life, Task Task)> _ready = [];
    private readonly List<Pending> _pending = [];
    private readonly List<SimTimer> _timers = [];
    private readonly StringBuilder? _told;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _timersMade;

    public World(int seed, bool tell)
    {
        Random = new Random(seed);
        _told = tell ? new StringBuilder() : null;
    }

    public Random Random { get; }

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    /// <summary>How many things have happened.</summary>
    public int Happened { get; private set; }

    public List<string> Broken { get; } = [];

    /// <summary>Whether what happens is told at all.</summary>
    public bool Tells => _told is not null;

    public string Story => _told?.ToString() ?? "";

    public bool Chance(double of) => Random.NextDouble() < of;

    public T Pick<T>(IReadOnlyList<T> from) => from[Random.Next(from.Count)];

    /// <summary>One of the promises did not hold.</summary>
    public void Break(string how)
    {
        Broken.Add(how);
        Tell($"BROKEN: {how}");
    }

    public void Tell(string what) => _told?.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{Happened,5} {Now:HH:mm:ss.fff} {what}"));

    public void Tell([InterpolatedStringHandlerArgument("")] Telling what)
    {
        if (Tells)
            Tell(what.Text());
    }

    public void Ready(Life life, Task task)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            Broken.Add("Something left the simulator's thread: its seed cannot replay. Look for ConfigureAwait(false), Task.Run or CancelAsync.");
        else
            _ready.Add((life, task));
    }

    /// <summary>Something outside that happens later, or never when its life ends first.</summary>
    public void Later(Life? life, string what, Action happen, Action? lost = null) => _pending.Add(new Pending(life, what, happen, lost));

    public void Later(Life? life, [InterpolatedStringHandlerArgument("")] Telling what, Action happen, Action? lost = null) => Later(life, Tells ? what.Text() : "", happen, lost);

    public ITimer Timer(Life life, TimerCallback callback, object? state, TimeSpan due)
    {
        var timer = new SimTimer(this, life, callback, state, ++_timersMade);
        timer.Change(due, Timeout.InfiniteTimeSpan);
        return timer;
    }

    /// <summary>What has begun in this life ends nowhere; what was on its way out of it may still arrive.</summary>
    public void End(Life life)
    {
        _ready.RemoveAll(ready => ready.Life == life);
        _timers.RemoveAll(timer => timer.Life == life);
        foreach (var pending in _pending.Where(pending => pending.Life == life).ToList())
        {
            _pending.Remove(pending);
            pending.Lost?.Invoke();
        }
    }

    /// <summary>Lets one thing happen; false when nothing can.</summary>
    public bool Step()
    {
        Happened++;
        var chance = Random.Next(100);
        if (_ready.Count > 0 && (chance < GoesOn || _pending.Count == 0))
            GoOn();
        else if (_pending.Count > 0 && (chance < 100 - TimePasses || _timers.Count == 0))
            Answer();
        else if (_ready.Count > 0)
            GoOn();
        else
            return Tick();
        return true;
    }

    /// <summary>Until nothing can happen any more; false when that never comes.</summary>
    public bool Settle(int most)
    {
        for (var step = 0; step < most; step++)
        {
            if (!Step())
                return true;
        }
        return false;
    }

    public void PassTo(DateTimeOffset moment) => Now = moment > Now ? moment : Now;

    private void GoOn()
    {
        var index = Random.Next(_ready.Count);
        var (life, task) = _ready[index];
        _ready.RemoveAt(index);
        life.Execute(task);
    }

    private void Answer()
    {
        var index = Random.Next(_pending.Count);
        var pending = _pending[index];
        _pending.RemoveAt(index);
        Tell(pending.What);
        pending.Happen();
    }

    private bool Tick()
    {
        if (_timers.MinBy(timer => (timer.Due, timer.Number)) is not { } next)
            return false;
        _timers.Remove(next);
        PassTo(next.Due);
        next.Fire();
        return true;
    }

    private sealed record Pending(Life? Life, string What, Action Happen, Action? Lost);

    private sealed class SimTimer(World world, Life life, TimerCallback callback, object? state, long number) : ITimer
    {
        public Life Life => life;

        public long Number => number;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            world._timers.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan || life.Over)
                return true;
            Due = world.Now + dueTime;
            world._timers.Add(this);
            return true;
        }

        public void Dispose() => world._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
