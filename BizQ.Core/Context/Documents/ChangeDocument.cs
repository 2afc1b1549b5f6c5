using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Who may read a document: empty lists with <see cref="DocumentAccess.Named"/> leave only who sets it, and the owner.</summary>
public sealed record AccessGiven(DocumentAccess Access, IReadOnlyList<Role>? Roles = null, IReadOnlyList<Guid>? People = null, IReadOnlyList<Guid>? Agents = null)
{
    public const int MostNamed = 100;
}

/// <summary>A document's tags and who may read it, as they are.</summary>
public sealed record DocumentSettings(IReadOnlyList<string> Tags, AccessGiven Access);

/// <summary>Changes a document's tags and who may read it. What it says never changes.</summary>
public sealed class ChangeDocument(BizQDatabase database)
{
    /// <param name="tags">All of them; null leaves them as they are.</param>
    /// <param name="access">Null leaves it as it is.</param>
    /// <param name="expectedVersion">The version the person has seen; when another is there, the change is refused.</param>
    public async Task<Outcome<Document>> Run(Actor actor, Guid id, IReadOnlyList<string>? tags, AccessGiven? access, int? expectedVersion, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Documents.ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id && d.RemovedAt == null, cancel) is not { } document)
            return Refusal.NotFound("document");
        if (expectedVersion is { } expected && expected != document.Version)
            return RetitleDocument.Changed(document.Title);
        if (tags is not null && await SetTags(db, document, tags, cancel) is { } badTags)
            return badTags;
        if (access is not null && await SetAccess(db, actor, document, access, cancel) is { } badAccess)
            return badAccess;
        // Rows of its own changed: the document's version counts them too, and who looks at it sees it change.
        db.Entry(document).Property(d => d.Access).IsModified = true;
        try
        {
            await db.SaveChangesAsync(cancel);
            return document;
        }
        catch (DbUpdateConcurrencyException)
        {
            return RetitleDocument.Changed(document.Title);
        }
    }

    /// <summary>The tags and readers of one document; null when the actor may not read it.</summary>
    public async Task<DocumentSettings?> Read(Actor actor, Guid id, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (!actor.Can(Permission.View) || await db.Documents.AsNoTracking().ReadableBy(db, actor).FirstOrDefaultAsync(d => d.Id == id, cancel) is not { } document)
            return null;
        var tags = await db.DocumentTags.Where(t => t.DocumentId == id).Select(t => t.Tag).Order().ToListAsync(cancel);
        var readers = await db.DocumentReaders.Where(r => r.DocumentId == id).Select(r => r.Reader).ToListAsync(cancel);
        return new DocumentSettings(tags, new AccessGiven(
            document.Access, [.. Enum.GetValues<Role>().Where(role => readers.Contains(Access.RoleReader(role)))], IdsOf(readers, "person:"), IdsOf(readers, "agent:")));
    }

    internal static async Task<Refusal?> SetTags(BizQDb db, Document document, IReadOnlyList<string> given, CancellationToken cancel)
    {
        var tags = Tags.Of(given);
        if (tags.Refusal is { } refusal)
            return refusal;
        var now = await db.DocumentTags.Where(t => t.DocumentId == document.Id).ToListAsync(cancel);
        db.DocumentTags.RemoveRange(now.Where(t => !tags.Value.Contains(t.Tag)));
        db.DocumentTags.AddRange(tags.Value.Where(tag => !now.Exists(t => t.Tag == tag)).Select(tag => new DocumentTag { WorkspaceId = document.WorkspaceId, DocumentId = document.Id, Tag = tag }));
        return null;
    }

    internal static async Task<Refusal?> SetAccess(BizQDb db, Actor actor, Document document, AccessGiven given, CancellationToken cancel)
    {
        var (people, agents) = ((given.People ?? []).Distinct().ToList(), (given.Agents ?? []).Distinct().ToList());
        if (people.Count + agents.Count > AccessGiven.MostNamed)
            return Refusal.Invalid("badAccess", $"At most {AccessGiven.MostNamed} people and agents are named; give a role access instead.", new Problem("/access", $"At most {AccessGiven.MostNamed}."));
        if (await db.Memberships.CountAsync(m => people.Contains(m.PersonId), cancel) != people.Count)
            return Refusal.Invalid("badAccess", "Somebody who is named is not a member of this workspace.", new Problem("/access/people", "Ids of members."));
        if (await db.Agents.CountAsync(a => agents.Contains(a.Id), cancel) != agents.Count)
            return Refusal.Invalid("badAccess", "An agent that is named is not of this workspace.", new Problem("/access/agents", "Ids of agents."));
        document.Access = given.Access;
        // Who sets it keeps it: nobody locks themselves out.
        var mine = Access.ReadersOf(actor).Where(reader => !reader.StartsWith("role:", StringComparison.Ordinal));
        List<string> wanted = given.Access == DocumentAccess.Everyone ? []
            : [.. (given.Roles ?? []).Select(Access.RoleReader), .. people.Select(id => $"person:{id}"), .. agents.Select(id => $"agent:{id}"), .. mine];
        var now = await db.DocumentReaders.Where(r => r.DocumentId == document.Id).ToListAsync(cancel);
        db.DocumentReaders.RemoveRange(now.Where(r => !wanted.Contains(r.Reader)));
        db.DocumentReaders.AddRange(wanted.Distinct().Where(reader => !now.Exists(r => r.Reader == reader)).Select(reader => new DocumentReader { WorkspaceId = document.WorkspaceId, DocumentId = document.Id, Reader = reader }));
        return null;
    }

    private static IReadOnlyList<Guid> IdsOf(List<string> readers, string prefix) =>
        [.. readers.Where(r => r.StartsWith(prefix, StringComparison.Ordinal)).Select(r => Guid.Parse(r[prefix.Length..]))];
}
