using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>A document of an interview that is read and not yet compared, and whose.</summary>
public sealed record Uncompared(Guid WorkspaceId, Guid Id);

/// <summary>
/// Holds a document that was given for an interview against what is known of it: where it says otherwise, that is a conflict for
/// people to settle. Sentences are not compared, for two may say the same.
/// </summary>
public sealed class CompareDocument(BizQDatabase database, ReadInterview read, IReadValues values, WriteEntity write, TimeProvider clock)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private const int MostAttempts = 3;
    private const int PageSize = 100;

    /// <summary>Beyond this a document is a book, and its answers are found by search.</summary>
    private const int MostPassages = 200;

    /// <summary>Less sure than this, a document is not said to contradict anybody.</summary>
    public const double SureEnough = 0.8;

    public async Task<IReadOnlyList<Uncompared>> Waiting(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.OpenUnscoped();
        return await (from paper in db.InterviewDocuments.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
                      join document in db.Documents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking() on paper.DocumentId equals document.Id
                      where paper.ComparedAt == null && document.State != DocumentState.Reading && (paper.ComparesUntil == null || paper.ComparesUntil < now)
                      orderby paper.Attempts, paper.Id
                      select new Uncompared(paper.WorkspaceId, paper.Id)).Take(PageSize).ToListAsync(cancel);
    }

    /// <summary>Compares one, unless somebody else does. Done twice, it says the same.</summary>
    public async Task One(Uncompared one, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(one.WorkspaceId);
        if (await db.InterviewDocuments.Where(p => p.Id == one.Id && p.ComparedAt == null && (p.ComparesUntil == null || p.ComparesUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.ComparesUntil, now + Lease).SetProperty(p => p.Attempts, p => p.Attempts + 1), cancel) != 1)
            return;
        var paper = await db.InterviewDocuments.SingleAsync(p => p.Id == one.Id, cancel);
        if (paper.Attempts <= MostAttempts && await db.Documents.AsNoTracking().FirstOrDefaultAsync(d => d.Id == paper.DocumentId && d.State == DocumentState.Ready && d.RemovedAt == null, cancel) is { } document)
            await Compare(db, paper, document, cancel);
        (paper.ComparedAt, paper.ComparesUntil) = (clock.GetUtcNow(), null);
        await db.SaveChangesAsync(cancel);
    }

    private async Task Compare(BizQDb db, InterviewDocument paper, Document document, CancellationToken cancel)
    {
        var actor = Actor.System(paper.WorkspaceId);
        var interview = await read.Run(actor, paper.Interview, cancel);
        if (!interview.Ok)
            return;
        var known = interview.Value.Sections.SelectMany(s => s.Slots).Where(s => s is { Fact: not null, Goal: { Prose: false, Thing: not null } } && s.Fact.SourceId != document.Id).ToDictionary(s => s.Id);
        if (known.Count == 0)
            return;
        var passages = await db.Passages.AsNoTracking().Where(p => p.DocumentId == document.Id).OrderBy(p => p.Ordinal).Take(MostPassages).ToListAsync(cancel);
        var found = await values.Read(paper.WorkspaceId, await FindDrafts.Asked(db, [.. known.Values], cancel), [.. passages.Select(p => new Cited(p, document).Piece)], cancel);
        foreach (var best in found.Where(f => f.Confidence >= SureEnough).GroupBy(f => f.Id).Select(g => g.MaxBy(f => f.Confidence)!))
        {
            var slot = known[best.Id];
            var said = new WriteEntityRequest(slot.Thing!.Id, slot.Goal.Type, null, null, Json.Element(new Dictionary<string, object> { [slot.Goal.Field] = best.Value }), SourceKind.Document, document.Title)
            {
                Partial = true,
                Confidence = best.Confidence,
                Place = new SourcePlace(document.Id, passages[best.Piece].Id, passages[best.Piece].PageNumber),
            };
            if (!Contradiction.SameValue(slot.Fact!.Value, best.Value))
                await write.Run(actor, said, cancel);
        }
    }
}
