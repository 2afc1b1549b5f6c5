using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Context;

/// <summary>A business on one engine, and what can be done with what it knows.</summary>
internal sealed class KnownBusiness : IAsyncDisposable
{
    private readonly DatabaseKit _kit;

    private readonly PostgresVocabulary _vocabulary;

    private KnownBusiness(DatabaseKit kit, Actor owner)
    {
        (_kit, Owner, _vocabulary) = (kit, owner, new PostgresVocabulary(kit.Database, kit.Changes, kit.Clock, NullLogger<PostgresVocabulary>.Instance));
        Meanings = new WorkspaceMeanings(kit.Database, kit.Changes, kit.Clock, NullLogger<WorkspaceMeanings>.Instance);
        Add = new AddDocument(kit.Database, kit.Archive, kit.Ids, kit.Clock);
        ReadAccepted = new ReadAccepted(kit.Database, kit.Archive, Reading, kit.Ids, kit.Clock);
    }

    public Actor Owner { get; }

    public DatabaseKit Kit => _kit;

    public WriteEntity Write => new(_kit.Database, _kit.Ids, _kit.Clock);

    public ReadEntity Read => new(_kit.Database);

    public ListFacts Facts => new(_kit.Database);

    public VerifyFact Verify => new(_kit.Database, _kit.Clock);

    public RemoveEntity RemoveEntity => new(_kit.Database, _kit.Ids, _kit.Clock);

    public FindEntities FindEntities => new(_kit.Database, Find);

    public EntityTypes Types => new(_kit.Database);

    public SaveEntityType SaveType => new(_kit.Database, Schemas, _kit.Ids, _kit.Clock);

    public JudgeEntity Judge => new(Types, Schemas);

    public TypeSchemas Schemas { get; } = new();

    public WriteRelation Relate => new(_kit.Database, _kit.Ids, _kit.Clock);

    public ListRelations Relations => new(_kit.Database, _kit.Clock);

    public ReadNeighbourhood Around => new(_kit.Database, _kit.Clock);

    public FindPath Path => new(_kit.Database, _kit.Clock);

    public ReadHistory Versions => new(_kit.Database);

    public RestoreVersion RestoreVersion => new(_kit.Database, Write);

    public EntityMerge Merge => new(_kit.Database);

    public AddDocument Add { get; }

    /// <summary>What reads the files of these tests.</summary>
    public ReadHere Reading { get; } = new();

    public ReadAccepted ReadAccepted { get; }

    public ReadDocument ReadDocument => new(_kit.Database, _kit.Archive);

    public ChangeDocument Change => new(_kit.Database);

    public ReplaceDocument Replace => new(_kit.Database, _kit.Clock);

    public ListDocuments Documents => new(_kit.Database);

    public RemoveDocument RemoveDocument => new(_kit.Database, _kit.Clock);

    public SearchContext Find => new(_kit.Database, _vocabulary, new SqliteVocabulary(_kit.Clock), Meanings, _kit.Clock);

    public WorkspaceMeanings Meanings { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<KnownBusiness> Start(Engine engine, TimeProvider? clock = null)
    {
        var kit = await DatabaseKit.Start(engine, clock);
        return new KnownBusiness(kit, await kit.NewWorkspace());
    }

    public Task<Outcome<Entity>> Say(string type, object data, Guid? id = null, int? expected = null, string source = "CRM", bool verified = false, Actor? actor = null) =>
        Write.Run(actor ?? Owner, new WriteEntityRequest(id, type, null, null, Json.Element(data), SourceKind.Api, source, verified, ExpectedVersion: expected), Cancel);

    public Task<Outcome<Document>> Upload(string name, string text, Actor? actor = null) => Upload(name, Files.Text(text), actor);

    /// <summary>Takes a file in and reads it.</summary>
    public async Task<Outcome<Document>> Upload(string name, byte[] content, Actor? actor = null, Guid? replaces = null, AccessGiven? access = null, params string[] tags)
    {
        var added = await Accept(name, content, actor, replaces, access, tags);
        if (!added.Ok)
            return added;
        await ReadAccepted.One(new Unread(Owner.WorkspaceId, added.Value.Id), Cancel);
        return await Now(added.Value.Id);
    }

    public Task<Outcome<Document>> Accept(string name, byte[] content, Actor? actor = null, Guid? replaces = null, AccessGiven? access = null, params string[] tags) =>
        Add.Run(actor ?? Owner, new AddDocumentRequest(name, null, content, null, SourceKind.Person, "Ana") { Replaces = replaces, Access = access, Tags = tags }, Cancel);

    public async Task<Document> Now(Guid document)
    {
        await using var db = _kit.Database.Open(Owner.WorkspaceId);
        return await db.Documents.AsNoTracking().SingleAsync(d => d.Id == document, Cancel);
    }

    public async Task<IReadOnlyList<SearchHit>> Search(string text, bool typing = false, Actor? actor = null, params string[] types) =>
        (await Find.Run(actor ?? Owner, new SearchQuery(text, types) { Typing = typing }, Cancel)).Value.Items;

    public async Task<IReadOnlyList<Fact>> History(Guid entity, string? field = null) => (await Facts.Run(Owner, new FactFilter(entity, field), Cancel)).Value.Items;

    public ValueTask DisposeAsync()
    {
        _vocabulary.Dispose();
        Meanings.Dispose();
        return _kit.DisposeAsync();
    }
}
