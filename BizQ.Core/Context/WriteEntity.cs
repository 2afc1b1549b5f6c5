using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>What is said about one entity.</summary>
/// <param name="Id">The entity to edit as a whole. Null: the one of this type with the key, or a new one.</param>
/// <param name="Name">Null: taken from the data (name, title, number, …).</param>
/// <param name="Key">Null: taken from the data (key, id, number, a person's e-mail, …); none is fine.</param>
/// <param name="SourceName">Who or what says so, for people: "Anna Berg", "Price list, page 2".</param>
/// <param name="Verified">The actor stands for what is said.</param>
/// <param name="ObservedAt">When it was so; null for now.</param>
/// <param name="ExpectedVersion">The version the writer has seen; when another is there, the write is refused.</param>
public sealed record WriteEntityRequest(
    Guid? Id,
    string Type,
    string? Name,
    string? Key,
    JsonElement Data,
    SourceKind Source,
    string SourceName,
    bool Verified = false,
    DateTimeOffset? ObservedAt = null,
    int? ExpectedVersion = null)
{
    /// <summary>Where in its source it is said.</summary>
    public SourcePlace? Place { get; init; }

    /// <summary>Since when what is said holds; null for always. In the future, the old values hold until then.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until when what is said holds; null for no known end.</summary>
    public DateTimeOffset? ValidTo { get; init; }

    /// <summary>0 to 1; null for what is usual of the source.</summary>
    public double? Confidence { get; init; }

    /// <summary>With an id: only the fields it has are spoken of, the others stay as they are.</summary>
    public bool Partial { get; init; }

    /// <summary>A person has decided that it is so, whatever another source said: it contradicts nothing.</summary>
    internal bool Settles { get; init; }

    /// <summary>The earlier version that this write brings back.</summary>
    internal int? RestoredFrom { get; init; }
}

/// <summary>The place a statement comes from: the document, mail or interview, and of a document the passage and page.</summary>
public sealed record SourcePlace(Guid? SourceId = null, Guid? PassageId = null, int? Page = null);

/// <summary>Writes what is said about an entity as facts, and the entity as what they add up to.</summary>
public sealed class WriteEntity(BizQDatabase database, Ids ids, TimeProvider clock)
{
    // Those who lost a race line up, so that a burst on one entity needs as many rounds as there are processes and not writers.
    private const int Attempts = 8;
    private static readonly SemaphoreSlim Line = new(1);

    public async Task<Outcome<Entity>> Run(Actor actor, WriteEntityRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (EntityLimits.Check(request) is { } wrong)
            return wrong;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return attempt == 1 ? await Write(actor, request, cancel) : await WriteInLine(actor, request, cancel);
            }
            catch (Exception problem) when (problem.IsLostRace())
            {
                if (request.ExpectedVersion is not null || attempt == Attempts)
                    return ChangedMeanwhile(request);
            }
        }
    }

    private async Task<Outcome<Entity>> WriteInLine(Actor actor, WriteEntityRequest request, CancellationToken cancel)
    {
        await Line.WaitAsync(cancel);
        try
        {
            return await Write(actor, request, cancel);
        }
        finally
        {
            Line.Release();
        }
    }

    private async Task<Outcome<Entity>> Write(Actor actor, WriteEntityRequest request, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var batch = new EntityBatch(db, actor, ids, clock.GetUtcNow());
        await batch.Load([request], cancel);
        var written = batch.Write(request);
        if (written.Ok)
            await batch.Save(cancel);
        return written;
    }

    internal static Refusal ChangedMeanwhile(WriteEntityRequest request, Entity? found = null) => Refusal.Stale("changedMeanwhile",
        found is null
            ? $"Somebody else wrote this {request.Type} at the same moment. Load it again and repeat your change."
            : $"{found.Name} has changed since you opened it: it is at version {found.Version}, you had version {request.ExpectedVersion}. Load it again and repeat your change.");
}
