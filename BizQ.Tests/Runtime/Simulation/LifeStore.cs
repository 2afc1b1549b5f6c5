using BizQ.Agents.Runtime.Journal;
using BizQ.Core.Effects;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>The store as one process sees it: every question and every answer takes its time, and may get lost.</summary>
internal sealed class LifeStore(World world, Life life, MemoryRuns runs, Messengers messengers, Outside outside, Mishaps mishaps) : IRunStore
{
    public Task<LoadedRun?> Find(Guid runId, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<LoadedRun?>();
        world.Later(life, $"{life.Name} asks for {runs.TitleOf(runId)}", () =>
        {
            if (world.Chance(mishaps.BrokenCommits))
            {
                world.Later(life, $"{life.Name} cannot read", () => answer.TrySetException(new StoreAway()));
                return;
            }
            var found = runs.Read(runId);
            world.Later(life, $"{life.Name} has read {runs.TitleOf(runId)} in version {found?.Journal.Run.Version}", () =>
            {
                // What a drive reads on its way it may have begun to work on before.
                if (life.Beginning.Remove(runId))
                    Saw(runId, found?.Journal.Run.Version ?? 0);
                answer.TrySetResult(found);
            });
        });
        return answer.Task;
    }

    public async Task<bool> Commit(JournalEntry entry)
    {
        if (!await Written(entry))
            return false;
        await messengers.After(life, entry);
        return true;
    }

    private Task<bool> Written(JournalEntry entry)
    {
        var answer = new TaskCompletionSource<bool>();
        // What was sent may still be written after its sender is dead.
        world.Later(life, $"{life.Name} commits {entry.Run.Title}", () => Write(entry, answer), lost: () =>
        {
            if (world.Chance(0.5) && runs.Write(entry))
                world.Tell($"{life.Name} had committed before it died");
        });
        return answer.Task;
    }

    private void Write(JournalEntry entry, TaskCompletionSource<bool> answer)
    {
        if (world.Chance(mishaps.BrokenCommits))
        {
            var written = world.Chance(0.5) && runs.Write(entry);
            world.Later(life, $"{life.Name} hears nothing of a commit that was {(written ? "" : "not ")}written", () => answer.TrySetException(new StoreAway()));
            return;
        }
        bool done;
        foreach (var effect in entry.NewEffects.Concat(entry.ChangedEffects).Where(e => e.State == EffectState.Intended))
            outside.Means(life, effect.IdempotencyKey);
        try
        {
            done = runs.Write(entry);
        }
        catch (KeyTaken taken)
        {
            world.Break($"{life.Name} was the run's rightful writer and still gave a key twice.");
            world.Later(life, $"{life.Name} is told of a taken key", () => answer.TrySetException(taken));
            return;
        }
        // The connection broke before the answer; the writer tries again and finds a version that is its own.
        if (done && world.Chance(mishaps.LostAnswers))
        {
            world.Later(life, $"{life.Name} takes its own commit for somebody else's", () => answer.TrySetResult(false));
            return;
        }
        world.Later(life, $"{life.Name} hears that {entry.Run.Title} is {(done ? "written" : "refused")}", () =>
        {
            if (done)
            {
                MemoryRuns.Acknowledge(entry);
                Saw(entry.Run.Id, entry.Run.Version);
            }
            answer.TrySetResult(done);
        });
    }

    private void Saw(Guid runId, int version) => life.Seen[runId] = Math.Max(version, life.Seen.GetValueOrDefault(runId));
}
