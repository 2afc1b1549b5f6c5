using System.Globalization;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Runtime.Simulation.Laws;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>What came of a seed.</summary>
internal sealed record Played(int Seed, IReadOnlyList<string> Broken, int Steps, string Story);

/// <summary>
/// One seed: two processes, some runs of some agent, and everything that can go wrong; then peace, in which all must come to
/// rest; then people who decide whatever is open, after which all must have ended.
/// </summary>
internal sealed class Play
{
    private const int MostSteps = 200_000;
    private const int MostSweeps = 40;
    private const int MostGiven = 2_000;

    private readonly World _world;
    private readonly Flaw _flaw;
    private readonly Mishaps _mishaps;
    private readonly SimDatabase _database;
    private readonly MemoryRuns _runs;
    private readonly Outside _outside;
    private readonly Law _law;
    private readonly Ids _ids;
    private readonly Persons _persons;
    private readonly Messengers _messengers;
    private readonly Senders _senders;
    private readonly SimWake _wake;
    private readonly Dictionary<Guid, int> _maxSteps = [];
    private readonly List<Life> _lives = [];
    private readonly List<string> _accepted = [];
    private bool _calls;
    private int _born;

    private Play(int seed, SimDatabase database, bool tell, Flaw flaw)
    {
        _flaw = flaw;
        _world = new World(seed, tell);
        _database = database;
        _mishaps = Mishaps.Of(_world.Random);
        _ids = new Ids(new WorldClock(_world));
        _law = new Law(_world, () => _runs!.Runs);
        _runs = new MemoryRuns(database.Workspace) { Changed = Look, Flaw = flaw };
        _outside = new Outside(_world, _runs, _mishaps);
        _wake = new SimWake(_world, () => _lives, _mishaps);
        var calls = new MemoryCalls(_runs, _ids, () => _world.Now);
        _messengers = new Messengers(_world, _runs, new MemoryEvents(_runs, _law.Hears, () => _world.Now), calls, _wake);
        _senders = new Senders(_world, _runs, _messengers, _ids);
        _persons = new Persons(_world, _runs, calls, _outside, _law, _ids);
    }

    public static async Task<Played> Seed(int seed, SimDatabase database, bool tell = false, Flaw flaw = Flaw.None)
    {
        var play = new Play(seed, database, tell, flaw);
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
        return new Played(seed, play._world.Broken, play._world.Happened, play._world.Story);
    }

    private async Task Run()
    {
        var agents = Agents();
        foreach (var (_, definition) in agents)
            _world.Tell($"agent {string.Join(' ', definition.Nodes.Select(n => $"{n.Id}:{n.Kind}"))} {string.Join(' ', definition.Edges.Select(e => $"{e.From}>{e.To}:{(e.OnError ? "!" : e.Case)}"))} max {definition.Limits.MaxSteps}");
        _world.Tell(_mishaps.ToString());
        _calls = agents.Any(agent => agent.Definition.Nodes.Any(n => n.Kind == "agent"));
        var versions = await _database.Add(agents, _ids);
        for (var i = 0; i < agents.Count; i++)
            _maxSteps[versions[i].Id] = agents[i].Definition.Limits.MaxSteps;
        var version = versions[0];
        _lives.AddRange([Born(), Born()]);
        for (var trigger = _world.Random.Next(1, 4); trigger > 0; trigger--)
            Send(version, $"trigger-{trigger}");
        Storm();
        if (Peace("after the storm"))
            Give();
        foreach (var key in _accepted.Distinct().Where(key => _runs.Runs.Values.Count(rows => rows.Run.IdempotencyKey == key) != 1))
            _world.Break($"The accepted trigger {key} has not exactly one run.");
    }

    /// <summary>The one that is triggered, and those it may call.</summary>
    private List<(Guid AgentId, AgentDefinition Definition)> Agents()
    {
        var (first, second, third) = (_ids.New(), _ids.New(), _ids.New());
        var random = _world.Random;
        return random.Next(100) switch
        {
            0 => [(first, SimAgents.CallsItself(random, first))],
            < 45 => [(first, SimAgents.Of(random, [second, third], 7)), (second, SimAgents.Of(random, [third], 3)), (third, SimAgents.Of(random, [], 3))],
            _ => [(first, SimAgents.Of(random, [], 7))],
        };
    }

    private void Look(Rows? before, Rows now)
    {
        if (before is null && _calls)
            _database.Add(now.Run);
        _law.Look(before, now, _maxSteps[now.Run.AgentVersionId]);
    }

    /// <summary>Everything at once.</summary>
    private void Storm()
    {
        for (var steps = _world.Random.Next(50, 1500); steps > 0 && _world.Broken.Count == 0; steps--)
        {
            if (_world.Chance(_mishaps.Crashes))
                Crash();
            if (_world.Chance(0.03) && _persons.DecideSomething() is { } decided)
                _wake.Tell(decided);
            if (_world.Chance(_mishaps.Cancellations))
                Wake(_persons.CancelSomething());
            if (_world.Chance(0.004) && _persons.RetrySomething() is { } retried)
                _wake.Tell(retried);
            if (_world.Chance(0.02))
                _senders.SendSomething();
            if (_world.Chance(_mishaps.LeapsOfTime))
                Leap();
            if (_world.Chance(0.01))
                Sweep();
            _world.Step();
        }
    }

    /// <summary>To the next moment that a run waits for. False when none does.</summary>
    private bool Leap()
    {
        if (_runs.Runs.Values.Where(rows => MemoryCalls.Resting.Contains(rows.Run.Status)).Min(rows => rows.Run.WakeAt) is not { } next)
            return false;
        _world.PassTo(next);
        _world.Tell("time goes by");
        return true;
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
                _law.Quiet([.. _runs.Runs.Values], _world.Now);
                return _world.Broken.Count == 0;
            }
        }
        _world.Break($"{when}, the same runs are found resting again and again: {string.Join(", ", _runs.Resting().Select(id => _runs.Runs[id].Run.Status))}.");
        return false;
    }

    /// <summary>Whatever is waited for is given, one after the other: then all must end.</summary>
    private void Give()
    {
        for (var round = 0; ; round++)
        {
            if (_persons.DecideSomething() is { } decided)
                _wake.Tell(decided);
            else if (!(_world.Chance(0.6) && _senders.GiveSomething()) && !Leap())
                break;
            if (!Peace("after something was given"))
                return;
            if (round == MostGiven)
            {
                _world.Break("Whatever is given, it does not come to its end.");
                return;
            }
        }
        foreach (var rows in _runs.Runs.Values.Where(rows => !rows.Run.Ended && !IsParked(rows)))
            _world.Break($"Everything is given, but a run is {rows.Run.Status}.");
        foreach (var (rows, effect) in _runs.Runs.Values.SelectMany(rows => rows.Effects.Values.Select(effect => (rows, effect))))
        {
            var acts = _outside.Acts.GetValueOrDefault(effect.IdempotencyKey);
            if (effect.State == EffectState.Done && acts != 1)
                _world.Break($"The ledger says that an effect was done; it happened {acts} times.");
            // A tool that did it, went silent, and said under the same key that it failed, is believed; nobody else knows better.
            var failed = rows.Events.Any(move => move.EffectId == effect.Id && move.To == EffectState.Failed);
            if (effect.State is EffectState.Rejected or EffectState.Blocked && acts > 0 && !failed)
                _world.Break($"An effect that is {effect.State} happened.");
        }
    }

    /// <summary>It is, or one it has called and that it waits for.</summary>
    private bool IsParked(Rows rows) => rows.Run.Status == RunStatus.Parked
        || _runs.Runs.Values.Any(child => child.Run.ParentRunId == rows.Run.Id && !child.Run.Ended && IsParked(child));

    /// <summary>A trigger comes in, maybe several times, late, and in any order; whoever sent it repeats it until it hears that it was taken.</summary>
    private void Send(AgentVersion version, string key)
    {
        for (var times = _world.Random.Next(1, 4); times > 0; times--)
        {
            _world.Later(null, $"{key} arrives", () =>
            {
                var run = _runs.Start(NewRun(version, key));
                _accepted.Add(key);
                _wake.Tell(run.Id);
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

    private void Wake(IEnumerable<Guid> runs)
    {
        foreach (var id in runs)
            _wake.Tell(id);
    }

    /// <summary>What the product looks for every few seconds on every node. Returns how much it found.</summary>
    private int Sweep()
    {
        if (_flaw == Flaw.NoRecovery)
            return 0;
        var found = _runs.Resting().Where(id => !_lives.Exists(life => life.IsLive(id))).ToList();
        foreach (var id in found)
            _world.Pick(_lives).Wake(id);
        return found.Count + _messengers.Resend() + _messengers.Sweep();
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
            SimParts.Of(life, _world, _database.Database, new LifeStore(_world, life, _runs, _messengers, _outside, _mishaps), _wake, _outside, _law, _mishaps, _ids));
    }

    private sealed class WorldClock(World world) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => world.Now;
    }
}
