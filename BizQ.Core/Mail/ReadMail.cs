using System.Text.Json.Serialization;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BizQ.Core.Mail;

/// <param name="Size">In bytes, decoded.</param>
public sealed record AttachmentLine(int Index, string Name, string MediaType, long Size);

/// <param name="ApprovalId">What a person is asked in it just now.</param>
public sealed record MailRun(Guid Id, string AgentName, RunStatus Status, Guid? ApprovalId);

/// <summary>One message, opened.</summary>
/// <param name="Text">What was newly written.</param>
/// <param name="Quoted">The earlier mail below it.</param>
/// <param name="Thread">Its whole conversation, oldest first, itself included.</param>
public sealed record MailDetail(
    MailMessage Mail, string Text, string Quoted, string? Message, IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<AttachmentLine> Attachments, IReadOnlyList<MailRun> Runs, IReadOnlyList<MailLine> Thread)
{
    /// <summary>Itself, as it stands in a list.</summary>
    [JsonIgnore]
    public MailLine Line => Thread.First(line => line.Id == Mail.Id);
}

/// <param name="Name">Safe as a file name.</param>
public sealed record MailFile(string Name, string MediaType, byte[] Content);

/// <summary>Opens a message: what it says, what came with it, and what became of it.</summary>
public sealed class ReadMail(BizQDatabase database, Archive archive)
{
    private const int MostInThread = 100;
    private const int MostHeaders = 100;

    public async Task<Outcome<MailDetail>> Run(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Mails.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id, cancel) is not { } mail)
            return Refusal.NotFound("mail");
        var parsed = await archive.Read(actor.WorkspaceId, mail.ContentHash, cancel) is { } raw ? ParseMail.Of(raw) : default;
        var message = parsed is { Ok: true, Value: { } known } ? known : null;
        var said = QuotedReply.Split(mail.Text);
        var runs = await db.Runs.Where(r => r.MailId == id || r.Id == mail.RunId).OrderBy(r => r.Id)
            .Select(r => new MailRun(
                r.Id, r.AgentName, r.Status,
                db.Approvals.Where(a => a.RunId == r.Id && a.State == ApprovalState.Open).OrderBy(a => a.Id).Select(a => (Guid?)a.Id).FirstOrDefault()))
            .ToListAsync(cancel);
        var thread = await db.Mails.AsNoTracking().Where(m => m.ThreadId == mail.ThreadId)
            .OrderByDescending(m => m.Id == id).ThenByDescending(m => m.Id).Take(MostInThread).ToListAsync(cancel);
        return new MailDetail(
            mail, said.New, said.Quoted, mail.NotAnswered?.Sentence(), HeadersOf(message?.Message),
            [.. (message?.Attachments ?? []).Select((file, index) => new AttachmentLine(index, file.Name, file.MediaType, ContentOf(file).Length))],
            runs, [.. (await ListMails.Lines(db, thread, cancel)).OrderBy(line => line.Id)]);
    }

    /// <summary>The message as it came in or went out, byte for byte.</summary>
    public async Task<Outcome<MailFile>> Raw(Actor actor, Guid id, CancellationToken cancel) =>
        await Bytes(actor, id, cancel) is { } found ? new MailFile($"{id}.eml", "message/rfc822", found) : Missing(actor);

    public async Task<Outcome<MailFile>> Attachment(Actor actor, Guid id, int index, CancellationToken cancel)
    {
        if (await Bytes(actor, id, cancel) is not { } raw)
            return Missing(actor);
        var parsed = ParseMail.Of(raw);
        if (!parsed.Ok || index < 0 || index >= parsed.Value.Attachments.Count)
            return Refusal.NotFound("attachment");
        var file = parsed.Value.Attachments[index];
        return new MailFile(FileName(file.Name), file.MediaType, ContentOf(file));
    }

    private async Task<byte[]?> Bytes(Actor actor, Guid id, CancellationToken cancel)
    {
        if (!actor.Can(Permission.View))
            return null;
        await using var db = database.Open(actor.WorkspaceId);
        var hash = await db.Mails.Where(m => m.Id == id).Select(m => m.ContentHash).FirstOrDefaultAsync(cancel);
        return hash is null ? null : await archive.Read(actor.WorkspaceId, hash, cancel);
    }

    private static Refusal Missing(Actor actor) => actor.Lacks(Permission.View) ?? Refusal.NotFound("mail");

    private static byte[] ContentOf(MailAttachment file)
    {
        using var bytes = new MemoryStream();
        if (file.Part is MimePart { Content: { } content })
            content.DecodeTo(bytes);
        else if (file.Part is MessagePart { Message: { } message })
            message.WriteTo(bytes);
        else
            file.Part.WriteTo(bytes, contentOnly: true);
        return bytes.ToArray();
    }

    private static List<KeyValuePair<string, string>> HeadersOf(MimeMessage? message) =>
        [.. (message?.Headers ?? []).Take(MostHeaders).Select(h => KeyValuePair.Create(CleanText.Line(h.Field, 100), CleanText.Line(h.Value, 2_000)))];

    /// <summary>No folders, nothing hidden, nothing a shell or a browser would read anything into.</summary>
    private static string FileName(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ' ' ? c : '_')).TrimStart('.', ' ');
        return safe.Length > 0 ? safe : "attachment";
    }
}
