using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>How two that disagree are settled: by what is believed, by the claim, by giving the claim its time, or by a third value.</summary>
public enum ConflictChoice { Keep, Replace, Date, Merge }

/// <param name="From">Date: since when the claim holds; what was believed holds until then.</param>
/// <param name="Value">Merge: how it really is.</param>
public sealed record ResolveConflictRequest(ConflictChoice Choice, DateTimeOffset? From = null, JsonElement? Value = null, string? Reason = null);

/// <summary>A person decides between two sources; what they decide becomes a fact they stand for.</summary>
public sealed class ResolveConflict(BizQDatabase database, ListConflicts conflicts, Ids ids, TimeProvider clock)
{
    public const int ReasonLength = 1000;

    // Each attempt loses only to somebody who wrote the same entity meanwhile.
    private const int Attempts = 4;

    public async Task<Outcome<ConflictDetail>> Run(Actor actor, Guid id, ResolveConflictRequest request, CancellationToken cancel)
    {
        if ((actor.Lacks(Permission.EditContext) ?? ProblemOf(request)) is { } refusal)
            return refusal;
        for (var attempt = 1; ; attempt++)
        {
            var read = await conflicts.Read(actor, id, cancel);
            if (!read.Ok)
                return read;
            if (read.Value.Conflict.State != ConflictState.Open)
                return Refusal.Conflict("alreadyResolved", $"{read.Value.Conflict.ResolverName} has settled this already. Load the page again to see how.");
            try
            {
                return await Settle(actor, read.Value, request, cancel) is { } refused ? refused : await conflicts.Read(actor, id, cancel);
            }
            catch (Exception problem) when (problem.IsLostRace() && attempt < Attempts)
            {
                // Look again: it may have been settled, or only the entity has changed.
            }
        }
    }

    private static Refusal? ProblemOf(ResolveConflictRequest request) => request switch
    {
        { Choice: ConflictChoice.Date, From: null } => Refusal.Invalid("noDate", "Say since when the other value holds.", new Problem("/from", "A date is needed.")),
        { Choice: ConflictChoice.Merge, Value: null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } } => Refusal.Invalid("noValue", "Say how it really is.", new Problem("/value", "A value is needed.")),
        { Reason.Length: > ReasonLength } => Refusal.Invalid("longReason", $"The reason may have {ReasonLength:N0} characters.", new Problem("/reason", "Shorten it.")),
        _ => null,
    };

    /// <summary>The decision and what follows from it, in one transaction.</summary>
    private async Task<Refusal?> Settle(Actor actor, ConflictDetail detail, ResolveConflictRequest request, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.WorkspaceId);
        var conflict = await db.Conflicts.FirstAsync(c => c.Id == detail.Conflict.Id, cancel);
        conflict.Close(StateOf(request.Choice), actor, now, request.Reason?.Trim() is { Length: > 0 } reason ? reason : null);
        if (request.Choice == ConflictChoice.Keep)
        {
            if (detail.Believed is { } believed && await db.Facts.FirstOrDefaultAsync(f => f.Id == believed.Id && f.SupersededBy == null, cancel) is { } fact)
                VerifyFact.Mark(fact, actor, now);
            await db.SaveChangesAsync(cancel);
            return null;
        }
        var decided = Decided(actor, detail, request);
        if (EntityLimits.Check(decided) is { } wrong)
            return wrong;
        var batch = new EntityBatch(db, actor, ids, now);
        await batch.Load([decided], cancel);
        if (batch.Write(decided) is { Refusal: { } refusal })
            return refusal;
        await batch.Save(cancel);
        return null;
    }

    private static WriteEntityRequest Decided(Actor actor, ConflictDetail detail, ResolveConflictRequest request)
    {
        var conflict = detail.Conflict;
        var merged = request.Choice == ConflictChoice.Merge;
        var data = Json.Element(new Dictionary<string, JsonElement> { [conflict.Field] = merged ? request.Value!.Value : conflict.Claim });
        return new(detail.Entity.Id, detail.Entity.Type, null, null, data, merged ? SourceKind.Person : conflict.Source, merged ? actor.Name : conflict.SourceName, Verified: true, ObservedAt: merged ? null : conflict.ObservedAt)
        {
            Partial = true,
            Settles = true,
            Place = merged ? null : new SourcePlace(conflict.SourceId, conflict.PassageId, conflict.PageNumber),
            ValidFrom = request.Choice == ConflictChoice.Date ? request.From : null,
        };
    }

    private static ConflictState StateOf(ConflictChoice choice) => choice switch
    {
        ConflictChoice.Keep => ConflictState.Kept,
        ConflictChoice.Replace => ConflictState.Replaced,
        ConflictChoice.Date => ConflictState.Dated,
        _ => ConflictState.Merged,
    };
}
