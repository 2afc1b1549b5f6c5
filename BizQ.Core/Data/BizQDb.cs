using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data;

/// <summary>
/// The whole store, seen from one workspace. Two engines, one model: the subclasses add only what their engine needs.
/// Without a workspace, reading scoped rows throws unless the query lifts <see cref="WorkspaceFilter"/> by name, and writing
/// a row of another workspace throws always.
/// </summary>
public abstract class BizQDb(DbContextOptions options) : DbContext(options)
{
    /// <summary>Lifted only by recovery, schedules, sign-in and set-up, which serve all workspaces: <c>IgnoreQueryFilters([BizQDb.WorkspaceFilter])</c>.</summary>
    public const string WorkspaceFilter = "workspace";

    private readonly List<Change> _pending = [];
    private readonly List<Change> _told = [];
    private Guid? _pendingOf;
    private Guid? _workspaceId;
    private ChangeFeed? _changes;

    public DbSet<Installation> Installations => Set<Installation>();
    public DbSet<Workspace> Workspaces => Set<Workspace>();
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<Person> People => Set<Person>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<Entity> Entities => Set<Entity>();
    public DbSet<Fact> Facts => Set<Fact>();
    public DbSet<EntityVersion> EntityVersions => Set<EntityVersion>();
    public DbSet<OwnEntityType> OwnEntityTypes => Set<OwnEntityType>();
    public DbSet<EntityImport> Imports => Set<EntityImport>();
    public DbSet<ImportProblem> ImportProblems => Set<ImportProblem>();
    public DbSet<Relation> Relations => Set<Relation>();
    public DbSet<OpenReference> OpenReferences => Set<OpenReference>();
    public DbSet<Conflict> Conflicts => Set<Conflict>();
    public DbSet<Gap> Gaps => Set<Gap>();
    public DbSet<GapAgent> GapAgents => Set<GapAgent>();
    public DbSet<Question> Questions => Set<Question>();
    public DbSet<InterviewNote> InterviewNotes => Set<InterviewNote>();
    public DbSet<InterviewDocument> InterviewDocuments => Set<InterviewDocument>();
    public DbSet<CoveragePoint> CoveragePoints => Set<CoveragePoint>();
    public DbSet<Document> Documents => Set<Document>();
    public DbSet<DocumentTag> DocumentTags => Set<DocumentTag>();
    public DbSet<DocumentReader> DocumentReaders => Set<DocumentReader>();
    public DbSet<Passage> Passages => Set<Passage>();
    public DbSet<SearchEntry> SearchEntries => Set<SearchEntry>();
    public DbSet<SearchTest> SearchTests => Set<SearchTest>();
    public DbSet<Agent> Agents => Set<Agent>();
    public DbSet<AgentVersion> AgentVersions => Set<AgentVersion>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<RunStep> RunSteps => Set<RunStep>();
    public DbSet<RunWait> RunWaits => Set<RunWait>();
    public DbSet<NamedEvent> NamedEvents => Set<NamedEvent>();
    public DbSet<Hook> Hooks => Set<Hook>();
    public DbSet<HookSignature> HookSignatures => Set<HookSignature>();
    public DbSet<EventListener> EventListeners => Set<EventListener>();
    public DbSet<InternalEvent> InternalEvents => Set<InternalEvent>();
    public DbSet<RunNote> RunNotes => Set<RunNote>();
    public DbSet<Effect> Effects => Set<Effect>();
    public DbSet<EffectEvent> EffectEvents => Set<EffectEvent>();
    public DbSet<Approval> Approvals => Set<Approval>();
    public DbSet<MailMessage> Mails => Set<MailMessage>();

    /// <summary>The workspace this context serves; asking without one is a bug and throws.</summary>
    public Guid CurrentWorkspace => _workspaceId
        ?? throw new InvalidOperationException("No workspace is set: open the database for one, or lift the workspace filter by name.");

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var before = StartPending();
        try
        {
            Prepare();
            _pending.AddRange(_told);
            var written = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            _told.Clear();
            if (Database.CurrentTransaction is null)
                Announce();
            return written;
        }
        catch
        {
            if (_pending.Count > before)
                _pending.RemoveRange(before, _pending.Count - before);
            throw;
        }
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Saving blocks a thread: use SaveChangesAsync.");

    /// <summary>Publishes this too, with the next save or the end of the open transaction: for what others see as part of another row, or what no row was loaded for.</summary>
    public void Tell(Change change)
    {
        if (Database.CurrentTransaction is null)
        {
            _told.Add(change);
            return;
        }
        StartPending();
        _pending.Add(change);
    }

    /// <summary>Contexts are used again: nothing of the one served before may be left.</summary>
    internal BizQDb Serve(Guid? workspaceId, ChangeFeed changes)
    {
        (_workspaceId, _changes, _pendingOf) = (workspaceId, changes, null);
        _pending.Clear();
        return this;
    }

    /// <summary>Publishes what was saved; called when the transaction has committed.</summary>
    internal void Announce()
    {
        foreach (var change in _pending.Distinct())
            _changes?.Publish(change);
        _pending.Clear();
    }

    internal void Forget() => _pending.Clear();

    /// <summary>What is pending of a transaction that was only dropped is forgotten: nobody announces its end.</summary>
    private int StartPending()
    {
        var transaction = Database.CurrentTransaction?.TransactionId;
        if (transaction is null || transaction != _pendingOf)
            _pending.Clear();
        _pendingOf = transaction;
        return _pending.Count;
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        BizQModel.Build(builder);
        ScopeAll(builder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        conventions.Properties<JsonElement>().HaveConversion<JsonElementConverter, JsonElementComparer>();
        conventions.Properties<Enum>().HaveConversion<string>();
    }

    private void ScopeAll(ModelBuilder builder)
    {
        var scope = typeof(BizQDb).GetMethod(nameof(Scope), System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;
        foreach (var type in builder.Model.GetEntityTypes().Select(t => t.ClrType).Where(t => t.IsAssignableTo(typeof(IInWorkspace))).ToList())
            scope.MakeGenericMethod(type).Invoke(this, [builder]);
    }

    private void Scope<T>(ModelBuilder builder) where T : class, IInWorkspace =>
        builder.Entity<T>().HasQueryFilter(WorkspaceFilter, row => row.WorkspaceId == CurrentWorkspace);

    private void Prepare()
    {
        foreach (var entry in ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted))
                continue;
            if (entry.Entity is IInWorkspace row && _workspaceId is { } mine && row.WorkspaceId != mine)
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} of another workspace was about to be written.");
            if (entry.Entity is IInWorkspace { WorkspaceId: var owner } && owner == Guid.Empty)
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} without a workspace was about to be written.");
            if (entry.State == EntityState.Modified && entry.Metadata.FindProperty("Version") is { IsConcurrencyToken: true })
                entry.Property("Version").CurrentValue = (int)entry.Property("Version").OriginalValue! + 1;
            if (ChangeOf(entry.Entity) is { } change)
                _pending.Add(change);
        }
    }

    internal static Change? ChangeOf(object entity) => entity switch
    {
        Run run => new(run.WorkspaceId, "runs", run.Id),
        RunStep step => new(step.WorkspaceId, "runs", step.RunId),
        Effect effect => new(effect.WorkspaceId, "runs", effect.RunId),
        Approval approval => new(approval.WorkspaceId, "approvals", approval.Id),
        MailMessage mail => new(mail.WorkspaceId, "mail", mail.Id),
        Agent agent => new(agent.WorkspaceId, "agents", agent.Id),
        Hook hook => new(hook.WorkspaceId, "agents", hook.AgentId),
        InternalEvent happened => new(happened.WorkspaceId, "events", happened.Id),
        Entity thing => new(thing.WorkspaceId, "context", thing.Id),
        Relation relation => new(relation.WorkspaceId, "context", relation.FromId),
        EntityImport import => new(import.WorkspaceId, "imports", import.Id),
        OwnEntityType type => new(type.WorkspaceId, "context", type.Id),
        Conflict conflict => new(conflict.WorkspaceId, "context", conflict.EntityId),
        Gap gap => new(gap.WorkspaceId, "gaps", gap.Id),
        Question question => new(question.WorkspaceId, "gaps", question.Id),
        InterviewNote note => new(note.WorkspaceId, "interviews", note.Id),
        InterviewDocument paper => new(paper.WorkspaceId, "interviews", paper.DocumentId),
        Document document => new(document.WorkspaceId, "context", document.Id),
        ApiKey key => new(key.WorkspaceId, "settings", key.Id),
        Workspace workspace => new(workspace.Id, "settings", workspace.Id),
        Membership member => new(member.WorkspaceId, "settings", member.PersonId),
        _ => null,
    };
}
