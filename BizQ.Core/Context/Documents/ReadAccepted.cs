using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A document that is to be read, and whose.</summary>
public sealed record Unread(Guid WorkspaceId, Guid Id);

/// <summary>
/// Reads what was taken in, some time after: its text becomes passages in search, or a named refusal is kept with it. The row
/// itself is the queue, so that a document accepted by a process that dies is read by the next one.
/// </summary>
public sealed class ReadAccepted(BizQDatabase database, Archive archive, IReadFiles files, Ids ids, TimeProvider clock)
{
    // Longer than the reading of any file may take, with a process to start on a busy machine.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    // What takes down whoever reads it is not tried for ever.
    private const int MostAttempts = 3;

    private const int PageSize = 100;

    /// <summary>What nobody reads at the moment, oldest first, of all workspaces.</summary>
    public async Task<IReadOnlyList<Unread>> Waiting(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenUnscoped();
        return await db.Documents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
            .Where(d => d.State == DocumentState.Reading && (d.ReadUntil == null || d.ReadUntil < now))
            .OrderBy(d => d.ReadAttempts).ThenBy(d => d.Id).Take(PageSize).Select(d => new Unread(d.WorkspaceId, d.Id)).ToListAsync(cancel);
    }

    /// <summary>Completes when nothing of a workspace is left to be read, by whomever: for who needs it before going on.</summary>
    public async Task All(Guid workspaceId, CancellationToken cancel)
    {
        using var changed = new SemaphoreSlim(0);
        using var listening = database.Changes.Subscribe(workspaceId, change =>
        {
            if (change.IsIn("context"))
                changed.Release();
        });
        while (await Left(workspaceId, cancel) is { Count: > 0 } left)
        {
            foreach (var (id, _) in left)
                await One(new Unread(workspaceId, id), cancel);
            // Somebody else reads the rest. Should they die over it, their lease ends.
            using var tooLong = new CancellationTokenSource(Lease, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancel);
            try
            {
                if (await Left(workspaceId, cancel) is { Count: > 0 } others && others.TrueForAll(other => other.Claimed))
                    await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // Nobody was heard of for as long as a lease lasts: it is looked at once more.
            }
        }
    }

    private async Task<List<(Guid Id, bool Claimed)>> Left(Guid workspaceId, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        return await db.Documents.Where(d => d.State == DocumentState.Reading).OrderBy(d => d.Id).Select(d => new ValueTuple<Guid, bool>(d.Id, d.ReadUntil != null)).ToListAsync(cancel);
    }

    /// <summary>Reads one, unless somebody else does.</summary>
    public async Task One(Unread unread, CancellationToken cancel)
    {
        await using var db = database.Open(unread.WorkspaceId);
        if (!await Claim(db, unread.Id, cancel))
            return;
        var document = await db.Documents.AsNoTracking().SingleAsync(d => d.Id == unread.Id, cancel);
        var read = await archive.Read(unread.WorkspaceId, document.ContentHash, cancel) is { } content
            ? await files.Read(unread.WorkspaceId, document.FileName, document.MediaType, content, cancel)
            : new Refusal(RefusalKind.Unavailable, "archiveLost", $"The original of {document.FileName} is not in the archive. Upload it again.");
        if (read.Refusal is { Kind: RefusalKind.Unavailable } && document.ReadAttempts < MostAttempts)
        {
            await Release(db, unread.Id, cancel);
            return;
        }
        await Finish(db, unread.Id, read, cancel);
    }

    /// <summary>Gives one back that is not read now, for the next sweep.</summary>
    private static Task<int> Release(BizQDb db, Guid id, CancellationToken cancel) =>
        db.Documents.Where(d => d.Id == id && d.State == DocumentState.Reading).ExecuteUpdateAsync(set => set.SetProperty(d => d.ReadUntil, (DateTimeOffset?)null), cancel);

    private async Task<bool> Claim(BizQDb db, Guid id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.Documents.Where(d => d.Id == id && d.State == DocumentState.Reading && (d.ReadUntil == null || d.ReadUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.ReadUntil, now + Lease).SetProperty(d => d.ReadAttempts, d => d.ReadAttempts + 1), cancel) == 1;
    }

    private async Task Finish(BizQDb db, Guid id, Outcome<ParsedDocument> read, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Documents.FirstOrDefaultAsync(d => d.Id == id && d.State == DocumentState.Reading, cancel) is not { } document)
            return;
        document.ReadUntil = null;
        if (read.Refusal is { } refusal)
            (document.State, document.RefusalCode, document.RefusalMessage) = (DocumentState.Refused, refusal.Code, refusal.Message);
        else
            await Take(db, document, read.Value, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody renamed or removed it in the same moment: it is read once more, a sweep later.
            db.ChangeTracker.Clear();
            await transaction.RollbackAsync(cancel);
            await Release(db, id, cancel);
        }
    }

    private async Task Take(BizQDb db, Document document, ParsedDocument read, CancellationToken cancel)
    {
        var passages = Passages(document, read.Blocks);
        if (document.Title == AddDocument.TitleOf(null, null, document.FileName))
            document.Title = AddDocument.TitleOf(null, read.Title, document.FileName);
        (document.State, document.RefusalCode, document.RefusalMessage, document.ReadAttempts) = (DocumentState.Ready, null, null, 0);
        (document.MediaType, document.PageCount, document.PassageCount) = (read.MediaType, read.Pages, passages.Count);
        document.Note = read.Notes.Count == 0 ? null : CleanText.Lines(string.Join(' ', read.Notes), int.MaxValue);
        await TellEvents.Arrived(db, Actor.System(document.WorkspaceId), document, ids, clock.GetUtcNow(), cancel);
        await db.Insert(passages, cancel);
        if (document.RemovedAt is null)
            await db.Insert([.. passages.Select(p => DocumentIndex.EntryOf(document, p))], cancel);
        if (document.Replaces is { } old)
            await ReplaceDocument.Supersede(db, document, old, clock.GetUtcNow(), cancel);
    }

    private IReadOnlyList<Passage> Passages(Document document, IReadOnlyList<Block> blocks) => [.. PassageSplitter.Of(blocks).Select((cut, i) => new Passage
    {
        Id = ids.New(),
        WorkspaceId = document.WorkspaceId,
        DocumentId = document.Id,
        Ordinal = i,
        Heading = cut.Heading,
        PageNumber = cut.Page,
        Start = cut.Start,
        End = cut.End,
        Text = cut.Text,
    })];
}
