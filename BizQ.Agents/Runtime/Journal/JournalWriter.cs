using System.Data.Common;
using System.Threading.Channels;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>
/// The one writer of all runs of this process. What waits while a commit is under way goes together into the next one (group
/// commit), so a lone run never waits for company and many runs share one flush to disk.
/// </summary>
public sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Entries in one transaction: enough to share a flush, few enough that one refused entry costs little to redo.</summary>
    private const int MostAtOnce = 256;

    /// <summary>Entries waiting; beyond it callers wait, which slows the runs down instead of filling memory.</summary>
    private const int MostWaiting = 4096;

    /// <summary>A database that restarts is given 50 ms, 100 ms, … about 13 s in all.</summary>
    private const int Attempts = 9;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly BizQDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<JournalWriter> _log;
    private readonly Task _pump;

    /// <summary>When the commit under way began; 0 between commits.</summary>
    private long _since;

    public JournalWriter(BizQDatabase database, TimeProvider clock, ILogger<JournalWriter> log)
    {
        (_database, _clock, _log) = (database, clock, log);
        _pump = Task.Run(Pump);
    }

    /// <summary>A commit that takes longer than this has met a database that is away or a disk that is full.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(10);

    /// <summary>What keeps the journal from being written, in a few words; null when nothing does.</summary>
    public string? Problem => _pump.IsCompleted ? "the journal is closed"
        : Volatile.Read(ref _since) is not 0 and var since && _clock.GetElapsedTime(since) > Stuck ? $"the journal could not be written for {_clock.GetElapsedTime(since).TotalSeconds:0} s"
        : null;

    /// <summary>How many commits this writer has made; fewer than the entries when runs shared them.</summary>
    public long Commits { get; private set; }

    /// <summary>
    /// Returns once the entry is durably committed (true), or was refused because somebody else has written the run since it
    /// was read (false). Any other failure throws and has written nothing.
    /// </summary>
    public async Task<bool> Commit(JournalEntry entry)
    {
        var waiting = new Waiting(entry);
        await _waiting.Writer.WriteAsync(waiting);
        return await waiting.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _pump;
    }

    private async Task Pump()
    {
        var batch = new List<Waiting>(MostAtOnce);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < MostAtOnce && _waiting.Reader.TryRead(out var next))
                batch.Add(next);
            Volatile.Write(ref _since, _clock.GetTimestamp());
            await Write(batch);
            Volatile.Write(ref _since, 0);
            batch.Clear();
        }
    }

    private async Task Write(List<Waiting> batch)
    {
        try
        {
            await Save(batch);
            foreach (var written in batch)
                written.Done.TrySetResult(true);
        }
        catch (Exception problem) when (batch.Count > 1)
        {
            // One bad entry must not fail the others: each is redone alone.
            _log.LogDebug(problem, "A commit of {Count} entries was refused; each is redone alone", batch.Count);
            foreach (var alone in batch)
                await WriteAlone(alone);
        }
        catch (Exception problem)
        {
            await Refused(batch[0], problem);
        }
    }

    private async Task WriteAlone(Waiting alone)
    {
        try
        {
            await Save([alone]);
            alone.Done.TrySetResult(true);
        }
        catch (Exception problem)
        {
            await Refused(alone, problem);
        }
    }

    /// <summary>Caught here and handed to the run that asked; the pump goes on for all others.</summary>
    private async Task Refused(Waiting alone, Exception problem)
    {
        try
        {
            if (problem is DbUpdateConcurrencyException || (problem is DbUpdateException && await Overtaken(alone.Entry)))
                alone.Done.TrySetResult(false);
            else
                alone.Done.TrySetException(problem);
        }
        catch (Exception worse)
        {
            alone.Done.TrySetException(worse);
        }
    }

    /// <summary>A stale writer may trip over the unique step number before it reaches the fence.</summary>
    private async Task<bool> Overtaken(JournalEntry entry)
    {
        await using var db = _database.Open(entry.Run.WorkspaceId);
        return !await db.Runs.AnyAsync(r => r.Id == entry.Run.Id && r.Version == entry.Run.Version);
    }

    private async Task Save(IReadOnlyList<Waiting> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = _database.OpenUnscoped();
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            foreach (var waiting in batch)
                waiting.Entry.Track(db);
            try
            {
                await Save(db, [.. batch.Select(w => w.Entry.Run).Where(AnswerParent.Owes)]);
                Commits++;
                return;
            }
            catch (Exception problem)
            {
                TakeBack(db);
                if (attempt == Attempts || !IsPassing(problem))
                    throw;
                _log.LogWarning("The journal could not be written ({Problem}); trying again", problem.GetBaseException().Message);
            }
            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), _clock);
        }
    }

    /// <summary>Runs that end here answer those who called them in the same transaction.</summary>
    private static async Task Save(BizQDb db, IReadOnlyList<Run> ended)
    {
        if (ended.Count == 0)
        {
            await db.SaveChangesAsync();
            return;
        }
        await using var transaction = await db.Database.BeginTransactionAsync();
        // Not accepted before all of it is: what is refused must be taken back as a whole.
        await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
        foreach (var run in ended)
            await AnswerParent.In(db, run, CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Saving counts versions up on the rows themselves; a refused save must leave them as they were read.</summary>
    private static void TakeBack(BizQDb db)
    {
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.State == EntityState.Modified))
        {
            if (entry.Metadata.FindProperty("Version") is not null)
                entry.Property("Version").CurrentValue = entry.Property("Version").OriginalValue;
        }
    }

    private static bool IsPassing(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException { IsTransient: true })
                return true;
        }
        return false;
    }

    private sealed record Waiting(JournalEntry Entry)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
