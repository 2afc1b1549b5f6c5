using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Mail;

/// <param name="Text">Words to look for in subject, addresses and text.</param>
/// <param name="Kept">True: only what came in and started no agent.</param>
/// <param name="Ids">Only these.</param>
public sealed record ListMailsRequest(
    MailDirection? Direction = null, MailClass? Class = null, string? Text = null, Guid? ThreadId = null, int? Limit = null, string? Cursor = null,
    bool Kept = false, IReadOnlyCollection<Guid>? Ids = null);

/// <summary>One message in a list.</summary>
/// <param name="Preview">The first words of what was newly written.</param>
/// <param name="InThread">How many messages its conversation has.</param>
/// <param name="RunStatus">Of the run that answers it, or wrote it.</param>
/// <param name="Sent">Where the effect is that sends it, or, for mail that came in, its answer; only Done was surely sent.</param>
/// <param name="ApprovalId">What a person is asked about it just now.</param>
public sealed record MailLine(
    Guid Id, MailDirection Direction, string MessageId, Guid ThreadId, int InThread, string FromAddress, string? FromName, string ToAddresses,
    string Subject, string Preview, MailClass Class, NotAnswered? NotAnswered, int AttachmentCount, DateTimeOffset ReceivedAt,
    Guid? RunId, RunStatus? RunStatus, EffectState? Sent, Guid? ApprovalId);

/// <summary>The mail of a workspace, in and out, newest first.</summary>
public sealed class ListMails(BizQDatabase database)
{
    private const int PreviewCharacters = 160;

    // The tool that answers; its code is a floor up.
    private const string Sending = "mail.send";

    public async Task<Outcome<Page<MailLine>>> Run(Actor actor, ListMailsRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        var size = Page<MailLine>.Size(request.Limit);
        await using var db = database.Open(actor.WorkspaceId);
        var query = Filtered(db, request);
        if (request.Cursor is not null)
        {
            if (!Guid.TryParse(request.Cursor, out var before))
                return Refusal.Invalid("badCursor", "This cursor is not one of this list. Start again without it.");
            query = query.Where(m => m.Id.CompareTo(before) < 0);
        }
        var mails = await query.OrderByDescending(m => m.Id).Take(size + 1).ToListAsync(cancel);
        var lines = await Lines(db, [.. mails.Take(size)], cancel);
        return new Page<MailLine>(lines, mails.Count > size ? lines[^1].Id.ToString() : null);
    }

    internal static async Task<List<MailLine>> Lines(BizQDb db, List<MailMessage> mails, CancellationToken cancel)
    {
        var runIds = mails.Select(m => m.RunId).OfType<Guid>().Distinct().ToList();
        var threadIds = mails.Select(m => m.ThreadId).Distinct().ToList();
        var runs = await db.Runs.Where(r => runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Status, cancel);
        var effects = await db.Effects.Where(e => runIds.Contains(e.RunId) && e.Operation == Sending)
            .OrderBy(e => e.Id).Select(e => new { e.Id, e.RunId, e.State }).ToListAsync(cancel);
        var approvals = await db.Approvals.Where(a => runIds.Contains(a.RunId) && a.State == ApprovalState.Open)
            .OrderBy(a => a.Id).Select(a => new { a.Id, a.RunId }).ToListAsync(cancel);
        var threads = await db.Mails.Where(m => threadIds.Contains(m.ThreadId))
            .GroupBy(m => m.ThreadId).ToDictionaryAsync(g => g.Key, g => g.Count(), cancel);
        return [.. mails.Select(m => new MailLine(
            m.Id, m.Direction, m.MessageId, m.ThreadId, threads.GetValueOrDefault(m.ThreadId, 1), m.FromAddress, m.FromName, m.ToAddresses,
            m.Subject, Preview(m.Text), m.Class, m.NotAnswered, m.AttachmentCount, m.ReceivedAt, m.RunId,
            m.RunId is { } run && runs.TryGetValue(run, out var status) ? status : null,
            effects.LastOrDefault(e => m.Direction == MailDirection.Out ? e.Id == m.EffectId : e.RunId == m.RunId)?.State,
            m.Direction == MailDirection.In ? approvals.FirstOrDefault(a => a.RunId == m.RunId)?.Id : null))];
    }

    private static IQueryable<MailMessage> Filtered(BizQDb db, ListMailsRequest request)
    {
        var query = db.Mails.AsNoTracking();
        if (request.Direction is { } direction)
            query = query.Where(m => m.Direction == direction);
        if (request.Kept)
            query = query.Where(m => m.Direction == MailDirection.In && m.NotAnswered != null);
        if (request.Ids is { } ids)
            query = query.Where(m => ids.Contains(m.Id));
        if (request.Class is { } kind)
            query = query.Where(m => m.Class == kind);
        if (request.ThreadId is { } thread)
            query = query.Where(m => m.ThreadId == thread);
#pragma warning disable CA1304, CA1311, CA1862 // Runs in the database, which knows neither cultures nor StringComparison.
        foreach (var word in (request.Text ?? "").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8))
        {
            query = query.Where(m => m.Subject.ToLower().Contains(word) || m.FromAddress.ToLower().Contains(word)
                || m.FromName!.ToLower().Contains(word) || m.ToAddresses.ToLower().Contains(word) || m.Text.ToLower().Contains(word));
        }
#pragma warning restore CA1304, CA1311, CA1862
        return query;
    }

    private static string Preview(string text)
    {
        var line = string.Join(' ', QuotedReply.Split(text[..Math.Min(text.Length, 2_000)]).New.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= PreviewCharacters ? line : CleanText.Line(line, PreviewCharacters) + "…";
    }
}
