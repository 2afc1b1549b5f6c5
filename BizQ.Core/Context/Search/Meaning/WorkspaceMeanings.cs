using System.Collections.Concurrent;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BizQ.Core.Context;

/// <summary>
/// Keeps for each workspace that is searched an index of what its texts mean, made and kept up in the background from the same
/// rows as full-text search. Nobody waits for it: until it is ready, and for what came in the last moment, words alone find.
/// </summary>
public sealed class WorkspaceMeanings(BizQDatabase database, ChangeFeed changes, TimeProvider clock, ILogger<WorkspaceMeanings> log) : IDisposable
{
    /// <summary>Texts a space is learned from; more change little and cost time.</summary>
    private const int MostLearned = 20_000;

    /// <summary>Texts kept in one workspace: 186 bytes each. The newest ones, when there are more.</summary>
    private const int MostTexts = 1_000_000;

    /// <summary>Workspaces kept in memory; the one longest not searched makes room.</summary>
    private const int MostWorkspaces = 32;

    private const int PageSize = 2_000;

    /// <summary>A space learned from so much fewer texts than there are now is learned anew.</summary>
    private const double Outgrown = 1.3;

    private static readonly HashSet<Guid> _none = [];

    private readonly ConcurrentDictionary<Guid, Kept> _kept = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>One at a time in the whole process: it takes a core for seconds.</summary>
    private readonly SemaphoreSlim _work = new(1);

    /// <summary>The index as far as it is there; null while there is none. Sets a newer one on its way when there is something new.</summary>
    internal MeaningIndex? Of(Guid workspace)
    {
        var kept = Keep(workspace);
        kept.Used = clock.GetTimestamp();
        if (kept.IsStale && Interlocked.CompareExchange(ref kept.Working, 1, 0) == 0)
            kept.Work = Task.Run(() => CatchUp(workspace, kept), CancellationToken.None);
        return kept.Index;
    }

    /// <summary>Completes when all that was written before the call is in the index; for evaluations and tests.</summary>
    public async Task Ready(Guid workspace)
    {
        do
        {
            Of(workspace);
            await _kept[workspace].Work;
        }
        while (_kept[workspace].IsStale);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var kept in _kept.Values)
            kept.Listening.Dispose();
        _stop.Dispose();
        _work.Dispose();
    }

    private Kept Keep(Guid workspace)
    {
        if (_kept.TryGetValue(workspace, out var kept))
            return kept;
        lock (_kept)
        {
            if (_kept.TryGetValue(workspace, out kept))
                return kept;
            if (_kept.Count >= MostWorkspaces && _kept.MinBy(k => k.Value.Used) is var oldest && _kept.TryRemove(oldest.Key, out var gone))
                gone.Listening.Dispose();
            return _kept[workspace] = Watch(workspace);
        }
    }

    private Kept Watch(Guid workspace)
    {
        var kept = new Kept();
        kept.Listening = changes.Subscribe(workspace, change =>
        {
            if (change.MayBeAnything)
                kept.Made = false;
            else if (change.Room == "context")
                kept.Changed[change.Id] = 0;
        });
        return kept;
    }

    /// <summary>The one place where its failures are caught: search goes on by words, and the next search tries again.</summary>
    private async Task CatchUp(Guid workspace, Kept kept)
    {
        try
        {
            await _work.WaitAsync(_stop.Token);
            try
            {
                await CatchUp(workspace, kept, _stop.Token);
            }
            finally
            {
                _work.Release();
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            log.LogDebug("Learning what the texts of workspace {Workspace} mean was stopped", workspace);
        }
        catch (Exception problem)
        {
            log.LogWarning(problem, "What the texts of workspace {Workspace} mean could not be learned; search goes on by words", workspace);
        }
        finally
        {
            Volatile.Write(ref kept.Working, 0);
        }
    }

    private async Task CatchUp(Guid workspace, Kept kept, CancellationToken cancel)
    {
        // Taken out before reading: what changes meanwhile is looked at again.
        var changed = kept.Changed.Keys.Where(owner => kept.Changed.TryRemove(owner, out _)).ToHashSet();
        var index = kept.Made ? kept.Index : null;
        kept.Made = true;
        try
        {
            var updated = index is not null ? await Update(index, workspace, changed, cancel) : null;
            if (updated is null || updated.Count > kept.LearnedFrom * Outgrown)
            {
                updated = await Make(workspace, cancel);
                kept.LearnedFrom = updated?.Count ?? 0;
            }
            kept.Index = updated;
        }
        catch
        {
            foreach (var owner in changed)
                kept.Changed[owner] = 0;
            kept.Made = index is not null;
            throw;
        }
    }

    private async Task<MeaningIndex?> Make(Guid workspace, CancellationToken cancel)
    {
        List<WordCounts> sample = [];
        // One string for each word, not one for each time it stands somewhere: a tenth of the memory.
        Dictionary<string, string> words = new(StringComparer.Ordinal);
        await using (var db = database.Open(workspace))
        {
            var count = await db.SearchEntries.CountAsync(cancel);
            if (count < LatentSpace.FewestTexts)
                return null;
            var step = Math.Max(1, count / MostLearned);
            await foreach (var text in db.SearchEntries.Where(s => s.Row % step == 0).OrderByDescending(s => s.Row).Take(MostLearned).Select(s => new { s.Title, s.Text }).AsAsyncEnumerable().WithCancellation(cancel))
                sample.Add(WordCounts.Of(text.Title, text.Text).Sharing(words));
        }
        if (LatentSpace.Learn(sample, cancel) is not { } space)
            return null;
        var index = await Read(MeaningIndex.Of(space), workspace, rows => rows, cancel);
        log.LogInformation("Learned what {Count} texts of workspace {Workspace} mean from {Words} words", index.Count, workspace, space.Words);
        return index;
    }

    private async Task<MeaningIndex> Update(MeaningIndex index, Guid workspace, HashSet<Guid> changed, CancellationToken cancel)
    {
        if (changed.Count == 0)
            return index;
        var updated = index.With(changed, []);
        foreach (var owners in changed.Chunk(500))
            updated = await Read(updated, workspace, rows => rows.Where(s => EF.Parameter(owners).Contains(s.OwnerId)), cancel);
        return updated;
    }

    /// <summary>Page by page, so that never more than one page of texts and its points is in memory beside the index.</summary>
    private async Task<MeaningIndex> Read(MeaningIndex index, Guid workspace, Func<IQueryable<SearchEntry>, IQueryable<SearchEntry>> which, CancellationToken cancel)
    {
        var before = long.MaxValue;
        while (index.Count < MostTexts)
        {
            await using var db = database.Open(workspace);
            var page = await which(db.SearchEntries).Where(s => s.Row < before).OrderByDescending(s => s.Row).Take(PageSize)
                .Select(s => new { s.Row, s.OwnerId, s.Kind, s.Type, s.Title, s.Text }).ToListAsync(cancel);
            List<MeaningRow> rows = new(page.Count);
            foreach (var entry in page)
            {
                if (index.Space.Of(WordCounts.Of(entry.Title, entry.Text)) is { } point)
                    rows.Add(new MeaningRow(entry.Row, entry.OwnerId, entry.Kind, entry.Type, point));
            }
            index = index.With(_none, rows);
            if (page.Count < PageSize)
                return index;
            before = page[^1].Row;
        }
        return index;
    }

    private sealed class Kept
    {
        public readonly ConcurrentDictionary<Guid, byte> Changed = new();
        public volatile MeaningIndex? Index;
        public volatile bool Made;
        public int LearnedFrom;
        public int Working;
        public long Used;
        public Task Work = Task.CompletedTask;
        public IDisposable Listening = null!;

        public bool IsStale => !Made || !Changed.IsEmpty;
    }
}
