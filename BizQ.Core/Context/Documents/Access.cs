using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>
/// Who may read which document: the one place that says so, for lists, pages, downloads, search, evidence and facts alike.
/// What is not readable is answered as if it were not there.
/// </summary>
public static class Access
{
    /// <summary>Every document.</summary>
    public const string Documents = "document";

    // "document#returns" allows an agent the documents with that tag, "document:pdf" those of that format.
    private const char TagSign = '#';
    private const char FormatSign = ':';

    /// <summary>Formats as <c>permissions.context</c> names them.</summary>
    private static readonly Dictionary<string, string> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pdf"] = "application/pdf",
        ["word"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ["excel"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ["powerpoint"] = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ["mail"] = "message/rfc822",
        ["mailbox"] = "application/mbox",
        ["csv"] = "text/csv",
        ["text"] = "text/plain",
        ["markdown"] = "text/markdown",
        ["html"] = "text/html",
    };

    /// <summary>The type that something in <c>permissions.context</c> is about: "document" for some documents too.</summary>
    public static string TypeOf(string permitted) => IsSomeDocuments(permitted) ? Documents : permitted;

    public static IQueryable<Document> ReadableBy(this IQueryable<Document> documents, BizQDb db, Actor actor)
    {
        if (actor.Kind == ActorKind.Agent)
            documents = documents.AllowedTo(db, actor);
        if (SeesAll(actor))
            return documents;
        var readers = ReadersOf(actor);
        return documents.Where(d => d.Access == DocumentAccess.Everyone || db.DocumentReaders.Any(r => r.DocumentId == d.Id && readers.Contains(r.Reader)));
    }

    public static IQueryable<Passage> ReadableBy(this IQueryable<Passage> passages, BizQDb db, Actor actor)
    {
        var documents = db.Documents.ReadableBy(db, actor);
        return passages.Where(p => documents.Any(d => d.Id == p.DocumentId));
    }

    /// <summary>Facts that were taken from a document show what it says.</summary>
    public static IQueryable<Fact> ReadableBy(this IQueryable<Fact> facts, BizQDb db, Actor actor)
    {
        if (SeesAll(actor))
            return facts;
        var documents = db.Documents.ReadableBy(db, actor);
        return facts.Where(f => f.Source != SourceKind.Document || f.SourceId == null || documents.Any(d => d.Id == f.SourceId) || !db.Documents.Any(d => d.Id == f.SourceId));
    }

    /// <summary>The documents in search that are not for this reader; search leaves them out before it counts or cuts. Empty for most.</summary>
    /// <param name="tag">What has not this tag is left out as well.</param>
    public static async Task<IReadOnlySet<Guid>> Withheld(BizQDb db, Actor actor, string? tag, CancellationToken cancel)
    {
        HashSet<Guid> untagged = [];
        if (tag is { Length: > 0 } && Tags.Normal(tag) is var wanted)
            untagged = await db.Documents.Where(d => d.State == DocumentState.Ready && !db.DocumentTags.Any(t => t.DocumentId == d.Id && t.Tag == wanted)).Select(d => d.Id).ToHashSetAsync(cancel);
        if (SeesAll(actor))
            return untagged;
        var readable = db.Documents.ReadableBy(db, actor);
        var searched = db.Documents.Where(d => d.State == DocumentState.Ready && d.RemovedAt == null && d.ReplacedBy == null);
        // Of a person, only what is restricted can be withheld; an index finds those.
        if (actor.Kind != ActorKind.Agent)
            searched = searched.Where(d => d.Access == DocumentAccess.Named);
        var withheld = await searched.Where(d => !readable.Any(r => r.Id == d.Id)).Select(d => d.Id).ToHashSetAsync(cancel);
        // A thing that is known from such a document could be found by the document's words.
        withheld.UnionWith(await HiddenFacts(db, actor).Select(f => f.EntityId).Distinct().ToListAsync(cancel));
        withheld.UnionWith(untagged);
        return withheld;
    }

    /// <summary>Entities without the fields that are known from documents their reader may not read.</summary>
    public static async Task Cover(BizQDb db, Actor actor, IReadOnlyList<Entity> entities, CancellationToken cancel)
    {
        if (entities.Count == 0)
            return;
        var hidden = await HiddenFields(db, actor, [.. entities.Select(e => e.Id)], cancel);
        foreach (var entity in entities.Where(e => hidden.Contains(e.Id) && e.Data.ValueKind == JsonValueKind.Object))
            entity.Data = Json.Element(entity.Data.EnumerateObject().Where(p => !hidden[entity.Id].Contains(p.Name)).ToDictionary(p => p.Name, p => p.Value));
    }

    /// <summary>Of each entity, the fields that are known from documents their reader may not read.</summary>
    internal static async Task<ILookup<Guid, string>> HiddenFields(BizQDb db, Actor actor, IReadOnlyCollection<Guid> entities, CancellationToken cancel)
    {
        var hidden = SeesAll(actor) ? [] : await HiddenFacts(db, actor).Where(f => entities.Contains(f.EntityId)).Select(f => new { f.EntityId, f.Field }).ToListAsync(cancel);
        return hidden.ToLookup(f => f.EntityId, f => f.Field);
    }

    /// <summary>Documents their reader may not read from which something is known; bounded by what is known from documents.</summary>
    internal static async Task<IReadOnlySet<Guid>> Unreadable(BizQDb db, Actor actor, CancellationToken cancel) =>
        SeesAll(actor) ? new HashSet<Guid>() : await HiddenFacts(db, actor).Select(f => f.SourceId!.Value).Distinct().ToHashSetAsync(cancel);

    private static IQueryable<Fact> HiddenFacts(BizQDb db, Actor actor)
    {
        var readable = db.Documents.ReadableBy(db, actor);
        return db.Facts.Where(f => f.Source == SourceKind.Document && f.SupersededBy == null && f.SourceId != null && db.Documents.Any(d => d.Id == f.SourceId) && !readable.Any(d => d.Id == f.SourceId));
    }

    /// <summary>Evidence without what its reader may not read: that something was relied on stays visible, what it said does not.</summary>
    public static async Task<IReadOnlyList<Evidence>> Readable(BizQDb db, Actor actor, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var hidden = await Hidden(db, actor, evidence, cancel);
        return hidden.Count == 0 ? evidence : [.. evidence.Select(e => IsOf(e, hidden) ? Covered(e) : e)];
    }

    internal static async Task<bool> AnyRestricted(BizQDb db, Actor actor, CancellationToken cancel) =>
        !SeesAll(actor) && (actor.Kind == ActorKind.Agent || await db.Documents.AnyAsync(d => d.Access == DocumentAccess.Named, cancel));

    internal static async Task<IReadOnlySet<Guid>> Hidden(BizQDb db, Actor actor, IEnumerable<Evidence> evidence, CancellationToken cancel)
    {
        if (SeesAll(actor))
            return new HashSet<Guid>();
        var owners = evidence.Where(e => e is { Kind: "passage", OwnerId: not null }).Select(e => e.OwnerId!.Value).Distinct().ToList();
        if (owners.Count == 0)
            return new HashSet<Guid>();
        var readable = db.Documents.ReadableBy(db, actor);
        return await db.Documents.Where(d => owners.Contains(d.Id) && !readable.Any(r => r.Id == d.Id)).Select(d => d.Id).ToHashSetAsync(cancel);
    }

    internal static bool IsOf(Evidence evidence, IReadOnlySet<Guid> documents) => evidence is { Kind: "passage", OwnerId: { } owner } && documents.Contains(owner);

    internal static Evidence Covered(Evidence evidence) => evidence with { Id = null, OwnerId = null, Title = "A document you may not read", Source = "a document", Text = "", Data = null };

    /// <summary>As who an actor may be named. A role is told by what it may do.</summary>
    internal static IReadOnlyList<string> ReadersOf(Actor actor) => actor switch
    {
        { Kind: ActorKind.Person, Id: { } id } => [$"person:{id}", .. Enum.GetValues<Role>().Where(role => actor.Permissions.SetEquals(Actor.Of(role))).Select(RoleReader)],
        { Kind: ActorKind.Agent, Id: { } id } => [$"agent:{id}"],
        { Kind: ActorKind.ApiKey, Id: { } id } => [$"key:{id}"],
        _ => [],
    };

    internal static string RoleReader(Role role) => $"role:{role.ToString().ToLowerInvariant()}";

    // Who owns the workspace could give themselves any access; an agent never owns it. The system is what keeps the index.
    private static bool SeesAll(Actor actor) => actor.Kind == ActorKind.System || (actor.Kind is ActorKind.Person or ActorKind.ApiKey && actor.Can(Permission.Own));

    private static IQueryable<Document> AllowedTo(this IQueryable<Document> documents, BizQDb db, Actor actor)
    {
        if (actor.Reads.Any(p => p == "*" || p.Equals(Documents, StringComparison.OrdinalIgnoreCase)))
            return documents;
        var some = actor.Reads.Where(IsSomeDocuments).Select(p => (Sign: p[Documents.Length], Value: p[(Documents.Length + 1)..].Trim())).ToList();
        var tags = some.Where(p => p.Sign == TagSign).Select(p => Tags.Normal(p.Value)).ToList();
        var formats = some.Where(p => p.Sign == FormatSign).Select(p => Formats.GetValueOrDefault(p.Value, "")).ToList();
        return documents.Where(d => formats.Contains(d.MediaType) || db.DocumentTags.Any(t => t.DocumentId == d.Id && tags.Contains(t.Tag)));
    }

    private static bool IsSomeDocuments(string permitted) =>
        permitted.Length > Documents.Length + 1 && permitted.StartsWith(Documents, StringComparison.OrdinalIgnoreCase) && permitted[Documents.Length] is TagSign or FormatSign;
}
