using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>That one entity stands to another in some way.</summary>
/// <param name="Kind">Lower camel case, read from the first to the second: placedBy, suppliedBy, …</param>
/// <param name="ObservedAt">When it was so; null for now.</param>
public sealed record WriteRelationRequest(Guid FromId, string Kind, Guid ToId, SourceKind Source, string SourceName, DateTimeOffset? ObservedAt = null)
{
    public SourcePlace? Place { get; init; }
    public DateTimeOffset? ValidFrom { get; init; }
    public DateTimeOffset? ValidTo { get; init; }
    public double? Confidence { get; init; }
}

/// <summary>Writes how one entity stands to another, and says when that no longer holds. Nothing is deleted.</summary>
public sealed class WriteRelation(BizQDatabase database, Ids ids, TimeProvider clock)
{
    private const int SourceLength = 200;

    /// <summary>What holds already is answered as it is; said again a day later or with other dates, a new relation takes its place.</summary>
    public async Task<Outcome<Relation>> Run(Actor actor, WriteRelationRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (Check(request) is { } wrong)
            return wrong;
        try
        {
            return await Write(actor, request, cancel);
        }
        catch (DbUpdateException problem) when (problem.IsUniqueViolation())
        {
            // Somebody said the same at the same moment; theirs is the relation.
            await using var again = database.Open(actor.WorkspaceId);
            return await Known(again, request, cancel) ?? throw new InvalidOperationException("A relation that was there a moment ago is gone.", problem);
        }
    }

    /// <summary>Says that a relation no longer holds. One that was read from an entity's data ends when the data changes.</summary>
    public async Task<Outcome<Relation>> End(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Relations.FirstOrDefaultAsync(r => r.Id == id, cancel) is not { } relation)
            return Refusal.NotFound("relation");
        if (relation.EndedAt is not null)
            return relation;
        if (relation.Field is { } field)
            return Refusal.Conflict("fromData", $"This relation is read from the field {field}. Change that field, and the relation follows.");
        relation.End(clock.GetUtcNow(), actor.Name);
        db.Tell(new(relation.WorkspaceId, "context", relation.ToId));
        await db.SaveChangesAsync(cancel);
        return relation;
    }

    private async Task<Outcome<Relation>> Write(Actor actor, WriteRelationRequest request, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Entities.CountAsync(e => (e.Id == request.FromId || e.Id == request.ToId) && e.RemovedAt == null, cancel) < 2)
            return Refusal.NotFound("entity");
        var known = await Known(db, request, cancel);
        if (known is not null && (known.Field is not null || IsSame(known, request, now)))
            return known;
        var relation = RelationOf(actor, request, now);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (known is not null)
        {
            known.End(now, actor.Name, relation);
            await db.SaveChangesAsync(cancel);
        }
        db.Relations.Add(relation);
        db.Tell(new(relation.WorkspaceId, "context", relation.ToId));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return relation;
    }

    private static Task<Relation?> Known(BizQDb db, WriteRelationRequest request, CancellationToken cancel) =>
        db.Relations.FirstOrDefaultAsync(r => r.FromId == request.FromId && r.Kind == request.Kind && r.ToId == request.ToId && r.EndedAt == null, cancel);

    private static bool IsSame(Relation known, WriteRelationRequest request, DateTimeOffset now) =>
        known.ValidFrom == request.ValidFrom?.ToUniversalTime() && known.ValidTo == request.ValidTo?.ToUniversalTime()
        && (request.ObservedAt ?? now) - known.ObservedAt < EntityChange.RestatedAfter;

    private Relation RelationOf(Actor actor, WriteRelationRequest request, DateTimeOffset now) => new()
    {
        Id = ids.New(),
        WorkspaceId = actor.WorkspaceId,
        FromId = request.FromId,
        Kind = request.Kind,
        ToId = request.ToId,
        Source = request.Source,
        SourceName = request.SourceName,
        SourceId = request.Place?.SourceId,
        PassageId = request.Place?.PassageId,
        PageNumber = request.Place?.Page,
        ObservedAt = request.ObservedAt?.ToUniversalTime() ?? now,
        RecordedAt = now,
        ValidFrom = request.ValidFrom?.ToUniversalTime(),
        ValidTo = request.ValidTo?.ToUniversalTime(),
        Confidence = request.Confidence ?? (request.Source == SourceKind.Inferred ? EntityChange.InferredConfidence : 1),
    };

    private static Refusal? Check(WriteRelationRequest request)
    {
        List<Problem> problems = [];
        if (!EntityTypeLimits.Kind().IsMatch(request.Kind))
            problems.Add(new Problem("/kind", "A relation in lower camel case, read from the first entity to the second, such as placedBy."));
        if (request.FromId == request.ToId)
            problems.Add(new Problem("/to", "A relation is between two entities."));
        if (string.IsNullOrWhiteSpace(request.SourceName) || request.SourceName.Length > SourceLength)
            problems.Add(new Problem("/source", $"Between 1 and {SourceLength} characters."));
        if (request.ValidFrom >= request.ValidTo)
            problems.Add(new Problem("/validTo", "It must be after validFrom."));
        if (request.Confidence is < 0 or > 1)
            problems.Add(new Problem("/confidence", "Between 0 and 1."));
        return problems.Count == 0 ? null : Refusal.Invalid("badRelation", "This relation cannot be kept as it is.", problems);
    }
}
