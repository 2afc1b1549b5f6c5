using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Makes an entity what it was in an earlier version, by saying it anew: the versions between stay in its history.</summary>
public sealed class RestoreVersion(BizQDatabase database, WriteEntity write)
{
    /// <param name="expectedVersion">The version the person has seen; when another is there, nothing is written.</param>
    public async Task<Outcome<Entity>> Run(Actor actor, Guid id, int number, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        WriteEntityRequest request;
        await using (var db = database.Open(actor.WorkspaceId))
        {
            if (await db.Entities.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id && e.RemovedAt == null, cancel) is not { } entity)
                return Refusal.NotFound("entity");
            if (await db.EntityVersions.AsNoTracking().FirstOrDefaultAsync(v => v.EntityId == id && v.Number == number, cancel) is not { } version)
                return new Refusal(RefusalKind.NotFound, "notFound", $"{entity.Name} has no version {number}. Its history names those there are.");
            var data = await FactsAt.InVersion(db, actor, id, number, cancel);
            var source = actor.Kind == ActorKind.Person ? SourceKind.Person : SourceKind.Api;
            request = new WriteEntityRequest(id, entity.Type, version.Name, version.Key, data, source, actor.Name, ExpectedVersion: expectedVersion ?? entity.Version) { RestoredFrom = number };
        }
        return await write.Run(actor, request, cancel);
    }
}
