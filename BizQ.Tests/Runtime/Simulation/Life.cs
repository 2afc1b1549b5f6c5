using BizQ.Agents.Runtime;
using BizQ.Core.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// A process from its start to its crash: the real run loop with everything it works with, on a scheduler and a clock of the
/// simulator's. When it ends, everything it held in memory is gone.
/// </summary>
internal sealed class Life : TaskScheduler
{
    private readonly World _world;
    private readonly ServiceProvider _parts;
    private readonly RunLoop _loop;
    private readonly Dictionary<Guid, Grain> _grains = [];

    public Life(World world, string name, Func<Life, IServiceCollection> parts)
    {
        (_world, Name) = (world, name);
        Clock = new LifeClock(world, this);
        _parts = parts(this).BuildServiceProvider();
        _loop = _parts.GetRequiredService<RunLoop>();
    }

    public string Name { get; }

    public bool Over { get; private set; }

    public TimeProvider Clock { get; }

    /// <summary>What this process knows: for each run the version it last read or wrote.</summary>
    public Dictionary<Guid, int> Seen { get; } = [];

    /// <summary>Runs whose drive has begun and has not read them yet: what it reads first is what it then knows.</summary>
    public HashSet<Guid> Beginning { get; } = [];

    public bool IsLive(Guid runId) => _loop.IsLive(runId);

    /// <summary>As the grain of a run does: one drive at a time, another when something changed meanwhile.</summary>
    public void Wake(Guid runId)
    {
        if (Over)
            return;
        if (!_grains.TryGetValue(runId, out var grain))
            _grains[runId] = grain = new Grain();
        grain.Again = true;
        if (grain.Working)
            return;
        grain.Working = true;
        Task.Factory.StartNew(() => Work(runId, grain), CancellationToken.None, TaskCreationOptions.None, this);
    }

    /// <summary>Something else than a drive that this process does, such as answering a request.</summary>
    public void Do(Func<Task> work)
    {
        if (!Over)
            Task.Factory.StartNew(() => Guarded(work), CancellationToken.None, TaskCreationOptions.None, this);
    }

    public void Crash()
    {
        Over = true;
        _world.Tell($"{Name} is killed");
        _world.End(this);
        _parts.Dispose();
    }

    public void Execute(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task)
    {
        if (!Over)
            _world.Ready(this, task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private async Task Work(Guid runId, Grain grain)
    {
        try
        {
            do
            {
                grain.Again = false;
                Beginning.Add(runId);
                await _loop.Drive(runId, CancellationToken.None);
            }
            while (grain.Again);
            grain.Working = false;
        }
        catch (Exception problem)
        {
            _world.Break($"The run loop threw: {problem}");
        }
    }

    private async Task Guarded(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception problem)
        {
            _world.Break($"What a process does beside its runs threw: {problem}");
        }
    }

    private sealed class Grain
    {
        public bool Again { get; set; }

        public bool Working { get; set; }
    }

    private sealed class LifeClock(World world, Life life) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => world.Now;

        public override long GetTimestamp() => world.Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => world.Timer(life, callback, state, dueTime);
    }
}

/// <summary>A wake-up is a message: it comes late, twice, to the wrong process, or never.</summary>
internal sealed class SimWake(World world, Func<IReadOnlyList<Life>> lives, Mishaps mishaps) : IWakeRuns
{
    public IReadOnlyList<Life> Lives => lives();

    public ValueTask Wake(Guid runId)
    {
        Tell(runId);
        return ValueTask.CompletedTask;
    }

    public void Tell(Guid runId)
    {
        if (world.Chance(mishaps.LostMessages))
            return;
        Send(runId);
        if (world.Chance(mishaps.DoubledMessages))
            Send(runId);
    }

    private void Send(Guid runId) => world.Later(null, "a wake-up arrives", () =>
    {
        var all = lives();
        // A run has its home; now and then two processes believe that they are it.
        all[world.Chance(mishaps.WrongHome) ? world.Random.Next(all.Count) : 0].Wake(runId);
    });
}
