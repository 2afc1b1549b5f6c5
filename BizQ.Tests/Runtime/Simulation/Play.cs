using System.Globalization;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>What came of a seed.</summary>
internal sealed record Played(int Seed, IReadOnlyList<string> Broken, int Steps, ulong Course, string Story);

/// <summary>
/// One seed: two processes, some runs of some agent, and everything that can go wrong; then peace, in which all must come to
/// rest; then people who decide whatever is open, after which all must have ended.
/// </summary>
internal sealed class Play
{
    private const int MostSteps = 200_000;
    private const int MostSweeps = 40;

    private readonly World _world;
    private readonly Mishaps _mishaps;
    private readonly SimDatabase _database;
    private readonly MemoryRuns _runs;
    private readonly Outside _outside;
    private readonly Law _law;
    private readonly Ids _ids;
    private readonly Persons _persons;
    private readonly Dictionary<Guid, int> _maxSteps = [];
    private readonly List<Life> _lives = [];
    private readonly List<string> _accepted = [];
    private int _born;

    private Play(int seed, SimDatabase database, bool tell)
    {
        _world = new World(seed, tell);
        _database = database;
        _mishaps = Mishaps.Of(_world.Random);
        _ids = new Ids(new WorldClock(_world));
        _law = new Law(_world);
        _runs = new MemoryRuns(database.Workspace) { Changed = (before, now) => _law.Look(before, now, _maxSteps[now.Run.AgentVersionId]) };
        _outside = new Outside(_world, _runs, _mishaps);
        _persons = new Persons(_world, _runs, _outside, _law, _ids);
    }

    public static async Task<Played> Seed(int seed, SimDatabase database, bool tell = false)
    {
        var play = new Play(seed, database, tell);
        try
        {
            await play.Run();
        }
        catch (Exception problem)
        {
            play._world.Break($"The simulator failed: {problem}");
        }
        finally
        {
            play._lives.ForEach(life => life.Crash());
        }
        return new Played(seed, play._world.Broken, play._world.Happened, play._world.Course, play._world.Story);
    }

    private async Task Run()
    {
        var definition = RandomAgent.Of(_world.Random);
        _world.Tell($"agent {string.Join(' ', definition.Nodes.Select(n => $"{n.Id}:{n.Kind}"))} {string.Join(' ', definition.Edges.Select(e => $"{e.From}>{e.To}:{e.Case}"))} max {definition.Limits.MaxSteps}");
        _world.Tell(_mishaps.ToString());
        var version = await _database.Add(definition, _ids);
        _maxSteps[version.Id] = definition.Limits.MaxSteps;
        _lives.AddRange([Born(), Born()]);
        for (var trigger = _world.Random.Next(1, 4); trigger > 0; trigger--)
            Send(version, $"trigger-{trigger}");
        Storm();
        if (Peace("after the storm"))
            Decide();
        foreach (var key in _accepted.Distinct().Where(key => _runs.Runs.Values.Count(rows => rows.Run.IdempotencyKey == key) != 1))
            _world.Break($"The accepted trigger {key} has not exactly one run.");
    }

    /// <summary>Everything at once.</summary>
    private void Storm()
    {
        for (var steps = _world.Random.Next(50, 1500); steps > 0 && _world.Broken.Count == 0; steps--)
        {
            if (_world.Chance(_mishaps.Crashes))
                Crash();
            if (_world.Chance(0.03) && _persons.DecideSomething() is { } decided)
                Wake(decided);
            if (_world.Chance(_mishaps.Cancellations) && _persons.CancelSomething() is { } cancelled)
                Wake(cancelled);
            if (_world.Chance(0.004) && _persons.RetrySomething() is { } retried)
                Wake(retried);
            if (_world.Chance(0.01))
                Sweep();
            _world.Step();
        }
    }

    /// <summary>No more mishaps but those that are under way. What is found resting is set going until nothing is found.</summary>
    private bool Peace(string when)
    {
        _world.Tell($"peace {when}");
        _mishaps.End();
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            if (!_world.Settle(MostSteps))
            {
                _world.Break($"Nothing comes to rest {when}.");
                return false;
            }
            _outside.Quiet();
            if (_world.Broken.Count > 0)
                return false;
            if (Sweep() == 0)
            {
                _law.Quiet(_runs.Runs.Values, _world.Now);
                return _world.Broken.Count == 0;
            }
        }
        _world.Break($"{when}, the same runs are found resting again and again: {string.Join(", ", _runs.Resting().Select(id => _runs.Runs[id].Run.Status))}.");
        return false;
    }

    private void Decide()
    {
        for (var round = 0; round < 100; round++)
        {
            if (_persons.DecideSomething() is not { } decided)
                break;
            Wake(decided);
            if (!Peace("after a decision"))
                return;
        }
        foreach (var rows in _runs.Runs.Values.Where(rows => !rows.Run.Ended && rows.Run.Status != RunStatus.Parked))
            _world.Break($"Everything is decided, but a run is {rows.Run.Status}.");
        foreach (var effect in _runs.Runs.Values.SelectMany(rows => rows.Effects.Values))
        {
            var acts = _outside.Acts.GetValueOrDefault(effect.IdempotencyKey);
            if (effect.State == EffectState.Done && acts != 1)
                _world.Break($"The ledger says that an effect was done; it happened {acts} times.");
            if (effect.State is EffectState.Rejected or EffectState.Blocked && acts > 0)
                _world.Break($"An effect that is {effect.State} happened.");
        }
    }

    /// <summary>A trigger comes in, maybe several times, late, and in any order; whoever sent it repeats it until it hears that it was taken.</summary>
    private void Send(AgentVersion version, string key)
    {
        for (var times = _world.Random.Next(1, 4); times > 0; times--)
        {
            _world.Later(null, $"{key} arrives", () =>
            {
                var run = _runs.Start(NewRun(version, key));
                _accepted.Add(key);
                Wake(run.Id);
            });
        }
    }

    private Run NewRun(AgentVersion version, string key) => new()
    {
        Id = _ids.New(),
        WorkspaceId = version.WorkspaceId,
        AgentId = version.AgentId,
        AgentVersionId = version.Id,
        AgentName = "Simulated",
        TaskType = "manual",
        Title = key,
        IdempotencyKey = key,
        Input = JsonElement.Parse("""{"kind":"manual","input":{}}"""),
        Status = RunStatus.Queued,
        StartedAt = _world.Now,
        StartedByName = "The simulator",
    };

    private void Wake(Guid runId) => new SimWake(_world, () => _lives, _mishaps).Tell(runId);

    private int Sweep()
    {
        var found = _runs.Resting().Where(id => !_lives.Exists(life => life.IsLive(id))).ToList();
        foreach (var id in found)
            _world.Pick(_lives).Wake(id);
        return found.Count;
    }

    private void Crash()
    {
        var place = _world.Random.Next(_lives.Count);
        _lives[place].Crash();
        _lives[place] = Born();
    }

    private Life Born()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"process {++_born}");
        return new Life(_world, name, life =>
            SimParts.Of(life, _world, _database.Database, new LifeStore(_world, life, _runs, _outside, _mishaps), new SimWake(_world, () => _lives, _mishaps), _outside, _law, _mishaps, _ids));
    }

    private sealed class WorldClock(World world) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => world.Now;
    }
}
