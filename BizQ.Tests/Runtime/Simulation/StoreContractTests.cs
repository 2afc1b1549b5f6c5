using System.Data.Common;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>The simulator proves nothing unless its store behaves as the databases do: the same commits get the same answers and leave the same rows.</summary>
public sealed class StoreContractTests
{
    private const int Sequences = 12;
    private const int Commits = 30;

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory, ClassData(typeof(Engines))]
    public async Task The_store_of_the_simulator_answers_as_the_database_does(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var writer = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var real = kit.StoredRuns(agents, writer);
        var owner = await kit.NewWorkspace();
        var answers = new HashSet<string>();
        for (var seed = 0; seed < Sequences; seed++)
        {
            var memory = new MemoryRuns(new Workspace { Id = owner.WorkspaceId, Name = "", Slug = "", CreatedAt = Noon });
            var run = NewRun(owner, kit.Ids.New());
            memory.Start(MemoryRuns.Clone(run));
            await using (var db = kit.Database.Open(owner.WorkspaceId))
            {
                db.AddRange(run, AgentOf(run));
                await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            }
            var (inMemory, inDatabase) = (await Play(memory, run.Id, seed), await Play(real, run.Id, seed));
            Assert.Equal(inMemory, inDatabase);
            answers.UnionWith(inMemory.Select(line => line.Split(' ')[0]));
        }
        Assert.Equal(["keyTaken", "refused", "written"], answers.Order());
    }

    /// <summary>Two writers that read and commit in turn, so that each is often stale. Returns each answer with the rows it left.</summary>
    private static async Task<List<string>> Play(IRunStore store, Guid runId, int seed)
    {
        var random = new Random(seed);
        var told = new List<string>();
        var writers = new[] { (await store.Find(runId, CancellationToken.None))!.Journal, (await store.Find(runId, CancellationToken.None))!.Journal };
        for (var i = 0; i < Commits; i++)
        {
            var which = random.Next(2);
            if (random.Next(3) == 0)
                writers[which] = (await store.Find(runId, CancellationToken.None))!.Journal;
            var answer = await Commit(store, Entry(writers[which], random));
            told.Add($"{answer} {Rows((await store.Find(runId, CancellationToken.None))!.Journal)}");
            // Whoever was refused reads again, as the run loop does.
            if (answer != "written")
                writers[which] = (await store.Find(runId, CancellationToken.None))!.Journal;
        }
        return told;
    }

    private static async Task<string> Commit(IRunStore store, JournalEntry entry)
    {
        try
        {
            return await store.Commit(entry) ? "written" : "refused";
        }
        catch (Exception taken) when (taken is DbUpdateException or DbException)
        {
            return "keyTaken";
        }
    }

    /// <summary>The same entry for every store: its ids and values come from the seed alone.</summary>
    private static JournalEntry Entry(RunJournal journal, Random random)
    {
        var entry = new JournalEntry(journal.Run);
        var (id, second, number) = (IdOf(random), IdOf(random), random.Next(100));
        journal.Run.Status = (RunStatus)random.Next(5);
        journal.Run.CostUsd = number + 0.5m;
        journal.Run.WakeAt = number % 2 == 0 ? Noon.AddSeconds(number) : null;
        journal.Run.Output = Json.Element(new { number });
        switch (random.Next(6))
        {
            case 0 or 1:
                // A number that is taken now and then, as by a writer with a bug.
                entry.NewSteps.Add(StepOf(journal.Run, id, random.Next(12) == 0 ? 1 : journal.NextSequence));
                journal.Add(entry.NewSteps[0]);
                break;
            case 2 when journal.Steps.Count > 0:
                var step = journal.Steps[random.Next(journal.Steps.Count)];
                (step.Status, step.Output, step.WakeAt) = ((StepStatus)random.Next(3), Json.Element(new { number }), Noon.AddSeconds(number));
                entry.ChangedSteps.Add(step);
                break;
            case 3 when journal.Steps.Count > 0:
                var effect = EffectOf(journal.Run, id);
                var approval = ApprovalOf(journal.Run, second, effect.Id);
                var proposing = journal.Steps[random.Next(journal.Steps.Count)];
                (proposing.EffectId, proposing.ApprovalId) = (effect.Id, approval.Id);
                entry.ChangedSteps.Add(proposing);
                (journal.Effects[effect.Id], journal.Approvals[approval.Id]) = (effect, approval);
                entry.NewEffects.Add(effect);
                entry.NewApprovals.Add(approval);
                break;
            case 4 when journal.Effects.Count > 0:
                var changed = journal.Effects.Values.OrderBy(e => e.Id).ElementAt(random.Next(journal.Effects.Count));
                (changed.State, changed.Result) = ((EffectState)random.Next(8), Json.Element(new { number }));
                entry.ChangedEffects.Add(changed);
                break;
            case 5 when journal.Approvals.Count > 0:
                var decided = journal.Approvals.Values.OrderBy(a => a.Id).ElementAt(random.Next(journal.Approvals.Count));
                (decided.State, decided.DecidedAt, decided.Reason, decided.DecidedByName) = (ApprovalState.Expired, Noon.AddSeconds(number), "Over.", "Not written by the journal");
                entry.ChangedApprovals.Add(decided);
                break;
        }
        return entry;
    }

    private static string Rows(RunJournal journal) => Json.Text(new
    {
        run = journal.Run,
        steps = journal.Steps,
        effects = journal.Effects.Values.OrderBy(e => e.Id),
        approvals = journal.Approvals.Values.OrderBy(a => a.Id),
    });

    private static Guid IdOf(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static Run NewRun(Actor owner, Guid id) => new()
    {
        Id = id,
        WorkspaceId = owner.WorkspaceId,
        AgentId = id,
        AgentVersionId = id,
        AgentName = "Test agent",
        TaskType = "manual",
        Title = "A test",
        IdempotencyKey = id.ToString(),
        Input = Json.EmptyObject,
        Status = RunStatus.Queued,
        StartedAt = Noon,
        StartedByName = owner.Name,
        // As a database writes an amount.
        ChargedUsd = 0.0m,
    };

    private static BizQ.Core.Agents.Agent AgentOf(Run run) => new()
    {
        Id = run.AgentId,
        WorkspaceId = run.WorkspaceId,
        Name = run.Id.ToString(),
        Purpose = "",
        CreatedAt = Noon,
        UpdatedAt = Noon,
    };

    private static RunStep StepOf(Run run, Guid id, int sequence) => new()
    {
        Id = id,
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        NodeId = $"n{sequence}",
        Path = sequence % 2 == 0 ? "each/1" : "",
        Kind = "work",
        Sequence = sequence,
        Status = StepStatus.Waiting,
        StartedAt = Noon,
    };

    private static Effect EffectOf(Run run, Guid id) => new()
    {
        Id = id,
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        AgentId = run.AgentId,
        NodeId = "act",
        Operation = "sim.once",
        Arguments = "{}",
        Hash = "",
        State = EffectState.Judged,
        IdempotencyKey = id.ToString("N"),
        ProposedAt = Noon,
    };

    private static Approval ApprovalOf(Run run, Guid id, Guid effectId) => new()
    {
        Id = id,
        WorkspaceId = run.WorkspaceId,
        Kind = ApprovalKind.Effect,
        RunId = run.Id,
        AgentId = run.AgentId,
        AgentName = run.AgentName,
        NodeId = "act",
        EffectId = effectId,
        Title = "?",
        Why = "!",
        RequestedAt = Noon,
    };
}
