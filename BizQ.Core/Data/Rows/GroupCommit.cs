using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace BizQ.Core.Data.Rows;

/// <summary>
/// The one writer of everything that is written often: what waits while a commit is under way goes together into the next one,
/// so many share one flush to disk and a lone one never waits for company. Whoever finds nothing under way commits itself.
/// </summary>
public sealed class GroupCommit(BizQDatabase database, TimeProvider clock, ILogger<GroupCommit> log) : IAsyncDisposable
{
    /// <summary>Sets in one transaction: enough to share a flush, few enough that one that fails costs little to redo.</summary>
    private const int MostAtOnce = 256;

    /// <summary>A database that restarts is given 50 ms, 100 ms, … about 13 s in all.</summary>
    private const int Attempts = 9;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>A commit that takes longer than this has met a database that is away or a disk that is full.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = new();
    private readonly Lazy<IRowEngine> _engine = new(database.NewRowEngine);
    private TaskCompletionSource? _closing;
    private bool _busy;

    /// <summary>When the commit under way began; 0 between commits.</summary>
    private long _since;

    /// <summary>What keeps rows from being written, in a few words; null when nothing does.</summary>
    public string? Problem => _closing is not null ? "the journal is closed"
        : Volatile.Read(ref _since) is not 0 and var since && clock.GetElapsedTime(since) > Stuck ? $"the journal could not be written for {clock.GetElapsedTime(since).TotalSeconds:0} s"
        : null;

    /// <summary>How many commits were made; fewer than the sets when they shared them.</summary>
    public long Commits { get; private set; }

    /// <summary>
    /// Returns once the set is durably committed (true) or was refused (false). Any other failure throws and has written
    /// nothing. The rows stay the caller's; those with versions have counted up after a commit and are as before otherwise.
    /// </summary>
    public Task<bool> Commit(RowSet set)
    {
        var mine = new Waiting(set);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing is not null, this);
            _waiting.AddLast(mine);
            if (_busy)
                return mine.Done.Task;
            _busy = true;
        }
        return CommitMine(mine);
    }

    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (_gate)
        {
            if (_closing is not null)
                return;
            _closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            last = _busy ? _closing.Task : null;
        }
        if (last is not null)
            await last;
        if (_engine.IsValueCreated)
            await _engine.Value.DisposeAsync();
    }

    /// <summary>The first commit on the caller's own way; what has come meanwhile is somebody else's business.</summary>
    private async Task<bool> CommitMine(Waiting mine)
    {
        await Write(Take());
        if (!Rest())
            _ = Task.Run(Go);
        return await mine.Done.Task;
    }

    private async Task Go()
    {
        do
        {
            await Write(Take());
        }
        while (!Rest());
    }

    /// <summary>Two sets with the same guard cannot go into one statement: the second waits for the next commit.</summary>
    private List<Waiting> Take()
    {
        var (batch, guards) = (new List<Waiting>(), new HashSet<Guid>());
        lock (_gate)
        {
            for (var at = _waiting.First; at is not null && batch.Count < MostAtOnce;)
            {
                var next = at.Next;
                if (guards.Add(at.Value.Set.Id))
                {
                    batch.Add(at.Value);
                    _waiting.Remove(at);
                }
                at = next;
            }
        }
        return batch;
    }

    /// <summary>False when more is waiting.</summary>
    private bool Rest()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0)
                return false;
            _busy = false;
            _closing?.TrySetResult();
            return true;
        }
    }

    private async Task Write(List<Waiting> batch)
    {
        Volatile.Write(ref _since, clock.GetTimestamp());
        try
        {
            await Save(batch);
        }
        catch (Exception problem) when (batch.Count > 1)
        {
            // One bad set must not fail the others: each is redone alone.
            log.LogDebug(problem, "A commit of {Count} sets failed; each is redone alone", batch.Count);
            foreach (var alone in batch)
                await WriteAlone(alone);
        }
        catch (Exception problem)
        {
            batch[0].Done.TrySetException(problem);
        }
        Volatile.Write(ref _since, 0);
    }

    private async Task WriteAlone(Waiting alone)
    {
        try
        {
            await Save([alone]);
        }
        catch (Exception problem)
        {
            // Handed to the one who asked; the writer goes on for all others.
            alone.Done.TrySetException(problem);
        }
    }

    private async Task Save(List<Waiting> batch)
    {
        var written = await Attempt([.. batch.Select(w => w.Set)]);
        Commits++;
        foreach (var waiting in batch)
        {
            if (written.Contains(waiting.Set.Id))
                database.Written(waiting.Set);
        }
        foreach (var waiting in batch)
            waiting.Done.TrySetResult(written.Contains(waiting.Set.Id));
    }

    private async Task<IReadOnlySet<Guid>> Attempt(List<RowSet> sets)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return sets.Exists(set => set.More is not null) ? await WriteWithMore(sets) : await _engine.Value.Write(sets);
            }
            catch (Exception problem) when (attempt < Attempts && IsPassing(problem))
            {
                log.LogWarning("The journal could not be written ({Problem}); trying again", problem.GetBaseException().Message);
            }
            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), clock);
        }
    }

    private async Task<IReadOnlySet<Guid>> WriteWithMore(List<RowSet> sets)
    {
        await using var db = database.OpenUnscoped();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var written = await _engine.Value.Write(sets, db);
        foreach (var set in sets.Where(s => written.Contains(s.Id)))
            await (set.More?.Invoke(db) ?? Task.CompletedTask);
        await transaction.CommitAsync();
        return written;
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

    private sealed record Waiting(RowSet Set)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
