using System.Text.Json;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>What runs mean to one another is the same in the simulator and in both databases: calls, their ends, cancelling, trying again, events.</summary>
public sealed class CallsContractTests
{
    private const int Sequences = 10;
    private const int Happenings = 40;

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory, ClassData(typeof(Engines))]
    public async Task Calls_and_events_of_the_simulator_do_what_those_of_the_database_do(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var writer = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var store = kit.StoredRuns(agents, writer);
        for (var seed = 0; seed < Sequences; seed++)
        {
            var owner = await kit.NewWorkspace();
            var first = NewRun(owner, kit.Ids.New());
            await using (var db = kit.Database.Open(owner.WorkspaceId))
            {
                db.AddRange(first.Copy(), new BizQ.Core.Agents.Agent { Id = first.AgentId, WorkspaceId = owner.WorkspaceId, Name = "A", Purpose = "", CurrentVersionId = first.AgentVersionId, CreatedAt = Noon, UpdatedAt = Noon });
                await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            }
            var memory = new InMemory(new MemoryRuns(new Workspace { Id = owner.WorkspaceId, Name = "", Slug = "", CreatedAt = Noon }), kit.Ids);
            memory.Runs.Start(first.Copy());
            var database = new InDatabase(kit, store, owner);
            var random = new Random(seed);
            for (var i = 0; i < Happenings; i++)
            {
                var what = await Happen(random, kit.Ids, memory, database);
                Assert.Equal($"{seed}/{i} {what}\n{await memory.Rows()}", $"{seed}/{i} {what}\n{await database.Rows()}");
            }
        }
    }

    private static async Task<string> Happen(Random random, Ids ids, InMemory memory, InDatabase database)
    {
        var run = memory.Runs.Runs.Keys.ElementAt(random.Next(memory.Runs.Runs.Count));
        var (chance, id, second, yes) = (random.Next(10), ids.New(), ids.New(), random.Next(2) == 0);
        var correlation = random.Next(3) switch { 0 => "", 1 => "ann", _ => "ben" };
        foreach (var side in new ISide[] { memory, database })
        {
            switch (chance)
            {
                case 0 or 1 or 2 or 3:
                    await Commit(side, run, (entry, sequence) =>
                    {
                        if (chance < 2)
                            Call(entry, sequence, id, second, waits: chance == 0 || yes);
                        else
                            Listen(entry, sequence, id, correlation);
                    });
                    break;
                case 4:
                    await Commit(side, run, (entry, _) => entry.Run.Status = yes ? RunStatus.Succeeded : RunStatus.Failed);
                    break;
                case 5:
                    await side.Cancel(run, yes);
                    break;
                case 6:
                    await side.Retry(run);
                    break;
                case 7:
                    await side.StopChildren(run);
                    break;
                default:
                    await side.Tell(second, correlation, yes ? run : null);
                    break;
            }
        }
        return $"{chance} {correlation} {yes}";
    }

    private static async Task Commit(ISide side, Guid run, Action<JournalEntry, int> how)
    {
        var journal = (await side.Store.Find(run, CancellationToken.None))!.Journal;
        if (journal.Run.Ended)
            return;
        var entry = new JournalEntry(journal.Run);
        how(entry, journal.NextSequence);
        Assert.True(await side.Store.Commit(entry));
        foreach (var wait in entry.NewWaits)
            await side.Earlier(wait);
    }

    private static void Call(JournalEntry entry, int sequence, Guid step, Guid child, bool waits)
    {
        entry.NewSteps.Add(Step(entry, sequence, step, waits ? StepWait.Run : null));
        var called = new Run
        {
            Id = child,
            WorkspaceId = entry.Run.WorkspaceId,
            AgentId = entry.Run.AgentId,
            AgentVersionId = entry.Run.AgentVersionId,
            AgentName = "A",
            TaskType = "agent",
            Title = child.ToString(),
            IdempotencyKey = child.ToString(),
            Input = Json.EmptyObject,
            Status = RunStatus.Queued,
            StartedAt = Noon,
            StartedByName = "",
            ParentRunId = entry.Run.Id,
            ParentStepId = step,
            Tainted = entry.Run.Tainted,
        };
        entry.NewRuns.Add(called);
        entry.Run.Status = RunStatus.WaitingForEvent;
    }

    private static void Listen(JournalEntry entry, int sequence, Guid step, string correlation)
    {
        entry.NewSteps.Add(Step(entry, sequence, step, StepWait.Event));
        entry.NewWaits.Add(new RunWait { Id = step, WorkspaceId = entry.Run.WorkspaceId, RunId = entry.Run.Id, StepId = step, Event = "go", Correlation = correlation });
        entry.Run.Status = RunStatus.WaitingForEvent;
    }

    private static RunStep Step(JournalEntry entry, int sequence, Guid id, StepWait? waitsFor) => new()
    {
        Id = id,
        WorkspaceId = entry.Run.WorkspaceId,
        RunId = entry.Run.Id,
        NodeId = id.ToString(),
        Kind = "wait",
        Sequence = sequence,
        Status = waitsFor is null ? StepStatus.Succeeded : StepStatus.Waiting,
        WaitsFor = waitsFor,
        StartedAt = Noon,
    };

    private static Run NewRun(Actor owner, Guid id) => new()
    {
        Id = id,
        WorkspaceId = owner.WorkspaceId,
        AgentId = id,
        AgentVersionId = id,
        AgentName = "A",
        TaskType = "manual",
        Title = id.ToString(),
        IdempotencyKey = id.ToString(),
        Input = Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = Noon,
        StartedByName = owner.Name,
    };

    private static string Told(IEnumerable<Run> runs, IEnumerable<RunStep> steps, IEnumerable<RunWait> waits, IEnumerable<NamedEvent> events) => string.Join('\n',
    [
        .. runs.OrderBy(r => r.Id).Select(r => $"{r.Id} {r.Status} {r.Version} {r.Tainted} {r.CancelRequestedAt is not null} {CodeOf(r.Error)}"),
        .. steps.OrderBy(s => s.Id).Select(s => $"{s.Id} {s.Status} {s.Output?.GetProperty("case")} {CodeOf(s.Error)}"),
        .. waits.OrderBy(w => w.Id).Select(w => $"{w.Id}"),
        .. events.OrderBy(n => n.IdempotencyKey).Select(n => $"{n.IdempotencyKey} {n.Heard}"),
    ]);

    private static string? CodeOf(JsonElement? error) => error?.GetProperty("code").GetString();

    private interface ISide
    {
        IRunStore Store { get; }
        Task Cancel(Guid run, bool force);
        Task Retry(Guid run);
        Task StopChildren(Guid caller);
        Task Tell(Guid key, string correlation, Guid? run);
        Task Earlier(RunWait wait);
    }

    private sealed class InMemory : ISide
    {
        private readonly MemoryCalls _calls;
        private readonly MemoryEvents _events;
        private readonly List<NamedEvent> _told = [];

        public InMemory(MemoryRuns runs, Ids ids) =>
            (Runs, _calls, _events) = (runs, new MemoryCalls(runs, ids, () => Noon), new MemoryEvents(runs, (_, _) => { }, () => Noon) { AtOnce = 200 });

        public MemoryRuns Runs { get; }

        public IRunStore Store => Runs;

        public Task Cancel(Guid run, bool force)
        {
            _calls.Cancel(run, force);
            return Task.CompletedTask;
        }

        public Task Retry(Guid run)
        {
            if (Runs.Runs[run].Run.Status is RunStatus.Failed or RunStatus.Parked or RunStatus.Cancelled || Runs.Runs[run].Run is { Status: RunStatus.Running, CancelRequestedAt: not null })
                Runs.Change(run, Persons.LetGoOn);
            return Task.CompletedTask;
        }

        public Task StopChildren(Guid caller)
        {
            foreach (var child in _calls.LeftBehind(caller))
                _calls.Cancel(child, force: false);
            return Task.CompletedTask;
        }

        public Task Tell(Guid key, string correlation, Guid? run)
        {
            if (run is { } one && Runs.Runs[one].Run.Ended)
                return Task.CompletedTask;
            var told = new NamedEvent { Id = key, WorkspaceId = Guid.Empty, Name = "go", Correlation = correlation, RunId = run, Payload = Json.EmptyObject, IdempotencyKey = key.ToString(), ReceivedAt = Noon, KeepUntil = Noon.AddDays(1) };
            _told.Add(_events.Record(told));
            while (_events.Listening(told, -1, int.MaxValue) is { Count: > 0 } page)
                _events.Deliver(told, page, mayBeHeard: true);
            return Task.CompletedTask;
        }

        public Task Earlier(RunWait wait)
        {
            foreach (var told in _events.Earlier(wait))
            {
                if (_events.Deliver(told, [wait], mayBeHeard: false).Count > 0)
                    break;
            }
            return Task.CompletedTask;
        }

        public Task<string> Rows() => Task.FromResult(Told(Runs.Runs.Values.Select(r => r.Run), Runs.Runs.Values.SelectMany(r => r.Steps.Values), Runs.Waits, _told));
    }

    private sealed class InDatabase(DatabaseKit kit, IRunStore store, Actor owner) : ISide
    {
        private readonly NobodyWakes _wake = new();

        public IRunStore Store => store;

        private HearEvents Hear => new(kit.Database, kit.Clock, _wake);

        private CancelRun Canceller => new(kit.Database, kit.Ids, kit.Clock, _wake);

        public Task Cancel(Guid run, bool force) => Canceller.Run(owner, run, force, CancellationToken.None);

        public Task Retry(Guid run) => new RetryRun(kit.Database, kit.Ids, kit.Clock, _wake).Run(owner, run, CancellationToken.None);

        public async Task StopChildren(Guid caller) =>
            await BizQ.Core.Runs.StopChildren.Of(kit.Database, Canceller, (await store.Find(caller, CancellationToken.None))!.Journal.Run, CancellationToken.None);

        public Task Tell(Guid key, string correlation, Guid? run) =>
            new DeliverEvent(kit.Database, Hear, kit.Ids, kit.Clock).Run(owner, new EventRequest("go", correlation, Json.EmptyObject, key.ToString(), run), CancellationToken.None);

        public Task Earlier(RunWait wait) => Hear.Earlier(wait, CancellationToken.None);

        public async Task<string> Rows()
        {
            await using var db = kit.Database.Open(owner.WorkspaceId);
            return Told(await db.Runs.AsNoTracking().ToListAsync(), await db.RunSteps.AsNoTracking().ToListAsync(), await db.RunWaits.AsNoTracking().ToListAsync(), await db.NamedEvents.AsNoTracking().ToListAsync());
        }
    }

    private sealed class NobodyWakes : IWakeRuns
    {
        public ValueTask Wake(Guid runId) => ValueTask.CompletedTask;
    }
}
