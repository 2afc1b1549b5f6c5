using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="Name">Such as "payment.received".</param>
/// <param name="Correlation">Whose event it is; runs that wait with a correlation hear only events with the same.</param>
/// <param name="IdempotencyKey">The same key again answers with the event that is already there, and nobody hears it twice.</param>
/// <param name="RunId">The one run it is for; null for every run of the workspace that waits.</param>
public sealed record EventRequest(string? Name, string? Correlation, JsonElement Payload, string? IdempotencyKey = null, Guid? RunId = null);

/// <summary>
/// Tells the runs that wait for it that something has happened. From the first commit on the event is BizQ's to deliver; one
/// that nobody waits for yet, but that says whose it is, waits itself for <see cref="Kept"/>.
/// </summary>
public sealed partial class DeliverEvent(BizQDatabase database, HearEvents hear, Ids ids, TimeProvider clock)
{
    /// <summary>Larger things belong into a document; the event names it.</summary>
    public const int MostBytes = 256 * 1024;

    public const int LongestCorrelation = 200;

    private const int LongestKey = 200;

    /// <summary>Long enough for a run that is late, short enough that last month's payment does not settle today's order.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public async Task<Outcome<NamedEvent>> Run(Actor actor, EventRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        if (ProblemOf(request) is { } problem)
            return problem;
        await using (var db = database.Open(actor.WorkspaceId))
        {
            if (request.RunId is { } id && await WhyNot(db, id, cancel) is { } not)
                return not;
        }
        var mine = Made(actor, request);
        var told = await Record(actor, mine, cancel);
        if (told.Refusal is not null)
            return told;
        // Again too when the key was known: whoever sent it before may have died between the two commits.
        if (told.Value.Heard == 0)
            await hear.Of(told.Value, again: told.Value != mine, cancel);
        // Waits that begin in this very moment take it themselves: the row counts them all.
        await using var heard = database.Open(actor.WorkspaceId);
        told.Value.Heard = await heard.NamedEvents.Where(n => n.Id == told.Value.Id).Select(n => n.Heard).FirstOrDefaultAsync(cancel);
        return told;
    }

    private NamedEvent Made(Actor actor, EventRequest request)
    {
        var now = clock.GetUtcNow();
        return new NamedEvent
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            Name = request.Name!,
            Correlation = request.Correlation?.Trim() ?? "",
            RunId = request.RunId,
            Payload = request.Payload.ValueKind == JsonValueKind.Undefined ? Json.EmptyObject : request.Payload,
            IdempotencyKey = request.IdempotencyKey ?? ids.New().ToString(),
            ReceivedAt = now,
            KeepUntil = now + Kept,
        };
    }

    /// <summary>The event as it is kept: the first one that came with its key.</summary>
    private async Task<Outcome<NamedEvent>> Record(Actor actor, NamedEvent told, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        db.NamedEvents.Add(told);
        try
        {
            await db.SaveChangesAsync(cancel);
            return told;
        }
        catch (DbUpdateException again) when (again.IsUniqueViolation())
        {
            await using var fresh = database.Open(actor.WorkspaceId);
            var first = await fresh.NamedEvents.AsNoTracking().FirstAsync(n => n.IdempotencyKey == told.IdempotencyKey, cancel);
            return (first.Name, first.Correlation, first.RunId) == (told.Name, told.Correlation, told.RunId)
                ? first
                : Refusal.Conflict("idempotencyKeyUsed", "This idempotency key has already brought another event. Use a new key for a new event.");
        }
    }

    private static async Task<Refusal?> WhyNot(BizQDb db, Guid runId, CancellationToken cancel)
    {
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancel) is not { } run)
            return Refusal.NotFound("run");
        return run.Ended
            ? Refusal.Conflict("runEnded", $"This run has ended ({Json.Element(run.Status).GetString()}), so it hears nothing any more.")
            : null;
    }

    private static Refusal? ProblemOf(EventRequest request)
    {
        if (request.Name is not { } name || !Named().IsMatch(name))
            return Refusal.Invalid("badEventName", "An event needs a name of letters, digits, dots, - and _ that starts with a letter, at most 100 characters, such as payment.received.", new Problem("/name", "Give it such a name."));
        if (request.Correlation?.Length > LongestCorrelation)
            return Refusal.Invalid("badCorrelation", $"A correlation has at most {LongestCorrelation} characters.", new Problem("/correlation", "Use a shorter key, such as the order's number."));
        if (request.IdempotencyKey is { } key && (string.IsNullOrWhiteSpace(key) || key.Length > LongestKey))
            return Refusal.Invalid("badIdempotencyKey", $"The idempotency key must have 1 to {LongestKey} characters.");
        return request.Payload.ValueKind != JsonValueKind.Undefined && Encoding.UTF8.GetByteCount(request.Payload.GetRawText()) is var bytes and > MostBytes
            ? Refusal.TooLarge("payloadTooLarge", $"The payload has {bytes:N0} bytes; an event carries {MostBytes:N0}. Store the rest as a document and name it here.")
            : null;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9._-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
