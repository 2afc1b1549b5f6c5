using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data;

/// <summary>Tables, keys and indexes, the same on both engines. Names follow the seed's SQL.</summary>
internal static class BizQModel
{
    public static void Build(ModelBuilder model)
    {
        Workspaces(model);
        Context(model);
        Agents(model);
        Runs(model);
        Triggers(model);
        Effects(model);
        Shared(model);
        Tokens(model);
    }

    private static void Workspaces(ModelBuilder model)
    {
        model.Entity<Installation>(e => { e.ToTable("installations"); e.Property(i => i.Id).ValueGeneratedNever(); });
        model.Entity<Workspace>(e => { e.ToTable("workspaces"); e.HasIndex(w => w.Slug).IsUnique(); });
        model.Entity<Membership>(e =>
        {
            e.ToTable("memberships");
            e.HasIndex(m => new { m.WorkspaceId, m.PersonId }).IsUnique();
            e.HasIndex(m => m.PersonId);
        });
        model.Entity<ApiKey>(e => { e.ToTable("api_keys"); e.HasIndex(k => k.Hash).IsUnique(); e.HasIndex(k => k.WorkspaceId); });
        model.Entity<Person>(e =>
        {
            e.ToTable("people");
            e.Property(p => p.ConcurrencyStamp).IsConcurrencyToken();
            e.HasIndex(p => p.NormalizedUserName).IsUnique();
            e.HasIndex(p => p.NormalizedEmail).IsUnique();
        });
        model.Entity<IdentityUserClaim<Guid>>(e => { e.ToTable("person_claims"); e.HasIndex(c => c.UserId); });
        model.Entity<IdentityUserLogin<Guid>>(e => { e.ToTable("person_logins"); e.HasKey(l => new { l.LoginProvider, l.ProviderKey }); });
        model.Entity<IdentityUserToken<Guid>>(e => { e.ToTable("person_tokens"); e.HasKey(t => new { t.UserId, t.LoginProvider, t.Name }); });
    }

    private static void Context(ModelBuilder model)
    {
        model.Entity<Entity>(e =>
        {
            e.ToTable("context_entities");
            e.Property(x => x.Type).HasColumnName("entity_type");
            e.Property(x => x.Data).HasColumnName("entity_data");
            e.HasIndex(x => new { x.WorkspaceId, x.Type, x.LookupKey }).IsUnique();
            e.HasIndex(x => new { x.WorkspaceId, x.Type, x.Id });
            // The personal data check asks whose a number in a draft is, whatever its type.
            e.HasIndex(x => new { x.WorkspaceId, x.LookupKey });
        });
        model.Entity<Fact>(e =>
        {
            e.ToTable("facts");
            e.HasIndex(f => new { f.WorkspaceId, f.EntityId, f.Field, f.Id });
            // Entities are looked up by any field through their current facts.
            e.HasIndex(f => new { f.WorkspaceId, f.Field, f.Lookup }).HasFilter("superseded_by IS NULL");
        });
        Knowledge(model);
        Imports(model);
        model.Entity<Document>(e =>
        {
            e.ToTable("documents");
            e.HasIndex(d => new { d.WorkspaceId, d.ContentHash }).IsUnique();
            // The values of rows from before there were any.
            e.Property(d => d.State).HasDefaultValue(DocumentState.Ready);
            e.Property(d => d.Access).HasDefaultValue(DocumentAccess.Everyone);
            e.Property(d => d.Edition).HasDefaultValue(1);
            // Few, whatever there is: those to read, and those that not everyone may read.
            e.HasIndex(d => d.Id).HasDatabaseName("ix_documents_reading").HasFilter("state = 'Reading'");
            e.HasIndex(d => new { d.WorkspaceId, d.Access }).HasFilter("access = 'Named'");
        });
        model.Entity<DocumentTag>(e => { e.ToTable("document_tags"); e.HasKey(t => new { t.WorkspaceId, t.Tag, t.DocumentId }); e.HasIndex(t => t.DocumentId); });
        model.Entity<DocumentReader>(e => { e.ToTable("document_readers"); e.HasKey(r => new { r.WorkspaceId, r.DocumentId, r.Reader }); });
        model.Entity<Passage>(e =>
        {
            e.ToTable("passages");
            e.HasIndex(p => new { p.WorkspaceId, p.DocumentId, p.Ordinal }).IsUnique();
        });
        model.Entity<SearchEntry>(e =>
        {
            e.ToTable("search_entries");
            e.HasKey(s => s.Row);
            e.Property(s => s.Row).ValueGeneratedOnAdd();
            e.HasIndex(s => s.Id).IsUnique();
            e.HasIndex(s => new { s.WorkspaceId, s.OwnerId });
        });
        model.Entity<SearchTest>(e =>
        {
            e.ToTable("search_tests");
            e.HasIndex(t => new { t.WorkspaceId, t.LookupQuery }).IsUnique();
        });
    }

    private static void Imports(ModelBuilder model)
    {
        model.Entity<EntityImport>(e =>
        {
            e.ToTable("imports");
            e.HasIndex(i => new { i.WorkspaceId, i.IdempotencyKey }).IsUnique();
            e.HasIndex(i => new { i.WorkspaceId, i.Id });
            // Few, whatever there has been: those to work on, and in a workspace one at a time.
            e.HasIndex(i => i.Id).HasDatabaseName("ix_imports_open").HasFilter("state IN ('Queued', 'Running', 'Undoing')");
            e.HasIndex(i => i.WorkspaceId).IsUnique().HasDatabaseName("ix_imports_running").HasFilter("state = 'Running'");
        });
        model.Entity<ImportProblem>(e => { e.ToTable("import_problems"); e.HasIndex(p => new { p.WorkspaceId, p.ImportId, p.Id }); });
    }

    private static void Knowledge(ModelBuilder model)
    {
        model.Entity<OwnEntityType>(e =>
        {
            e.ToTable("context_entity_types");
            e.HasIndex(t => new { t.WorkspaceId, t.Name }).IsUnique();
        });
        model.Entity<EntityVersion>(e =>
        {
            e.ToTable("context_entity_versions");
            e.HasIndex(v => new { v.WorkspaceId, v.EntityId, v.Number }).IsUnique();
        });
        model.Entity<Relation>(e =>
        {
            e.ToTable("context_relations");
            // One holds between the same two at a time; those that ended stay beside it.
            e.HasIndex(r => new { r.WorkspaceId, r.FromId, r.Kind, r.ToId }).IsUnique().HasFilter("ended_at IS NULL");
            e.HasIndex(r => new { r.WorkspaceId, r.FromId, r.Id });
            e.HasIndex(r => new { r.WorkspaceId, r.ToId, r.Id });
        });
        model.Entity<OpenReference>(e =>
        {
            e.ToTable("context_open_references");
            e.HasIndex(r => new { r.WorkspaceId, r.EntityId });
            e.HasIndex(r => new { r.WorkspaceId, r.TargetType, r.TargetKey });
        });
        Missing(model);
    }

    /// <summary>What is not known, and what is not agreed on.</summary>
    private static void Missing(ModelBuilder model)
    {
        model.Entity<Conflict>(e =>
        {
            e.ToTable("context_conflicts");
            e.HasIndex(c => new { c.WorkspaceId, c.EntityId, c.Field });
            e.HasIndex(c => new { c.WorkspaceId, c.State, c.Id });
        });
        model.Entity<Gap>(e =>
        {
            e.ToTable("context_gaps");
            e.HasIndex(g => new { g.WorkspaceId, g.Cluster }).IsUnique();
            e.HasIndex(g => new { g.WorkspaceId, g.State, g.Misses, g.Id });
        });
        model.Entity<GapAgent>(e =>
        {
            e.ToTable("context_gap_agents");
            e.HasIndex(a => new { a.WorkspaceId, a.GapId, a.AgentId }).IsUnique();
        });
        model.Entity<InterviewNote>(e =>
        {
            e.ToTable("context_interview_notes");
            e.HasIndex(n => new { n.WorkspaceId, n.Interview, n.Slot }).IsUnique();
        });
        model.Entity<InterviewDocument>(e =>
        {
            e.ToTable("context_interview_documents");
            e.HasIndex(p => new { p.WorkspaceId, p.Interview, p.DocumentId }).IsUnique();
            e.HasIndex(p => p.ComparedAt);
        });
        model.Entity<Question>(e =>
        {
            e.ToTable("context_questions");
            e.HasIndex(q => new { q.WorkspaceId, q.State, q.Id });
            e.HasIndex(q => new { q.WorkspaceId, q.GapId });
        });
        model.Entity<CoveragePoint>(e =>
        {
            e.ToTable("coverage_points");
            e.HasIndex(p => new { p.WorkspaceId, p.Day, p.Category }).IsUnique();
        });
    }

    private static void Agents(ModelBuilder model)
    {
        model.Entity<Agent>(e =>
        {
            e.ToTable("agents");
            e.HasIndex(a => new { a.WorkspaceId, a.Name }).IsUnique();
        });
        model.Entity<AgentVersion>(e =>
        {
            e.ToTable("agent_versions");
            e.HasIndex(v => new { v.WorkspaceId, v.AgentId, v.Number }).IsUnique();
        });
    }

    private static void Runs(ModelBuilder model)
    {
        model.Entity<Run>(e =>
        {
            e.ToTable("task_executions");
            e.HasIndex(r => new { r.WorkspaceId, r.IdempotencyKey }).IsUnique();
            e.HasIndex(r => new { r.WorkspaceId, r.Id });
            e.HasIndex(r => new { r.WorkspaceId, r.AgentId, r.Id });
            e.HasIndex(r => r.Status);
            // What is to be driven, of each agent the oldest: small, however many have ended.
            e.HasIndex(r => new { r.WorkspaceId, r.AgentId, r.Id }, "ix_task_executions_unfinished").HasFilter("status IN ('Queued', 'Running')");
            e.HasIndex(r => r.WakeAt).HasFilter("wake_at IS NOT NULL");
            e.HasIndex(r => new { r.WorkspaceId, r.ParentRunId });
            // The last firing of a trigger; runs by hand and over the API, which are many, are not in it.
            e.HasIndex(r => new { r.WorkspaceId, r.AgentId, r.TriggerId, r.Id }).HasFilter("trigger_id IS NOT NULL");
        });
        model.Entity<RunStep>(e =>
        {
            e.ToTable("run_steps");
            e.HasIndex(s => new { s.WorkspaceId, s.RunId, s.Sequence }).IsUnique();
            // The rounds of loops are looked at one by one; steps outside of loops are not in it.
            e.HasIndex(s => new { s.WorkspaceId, s.RunId, s.Path }).HasFilter("path <> ''");
        });
        model.Entity<RunWait>(e =>
        {
            e.ToTable("run_waits");
            e.HasIndex(w => new { w.WorkspaceId, w.Event, w.Correlation });
            e.HasIndex(w => new { w.WorkspaceId, w.RunId });
        });
        model.Entity<NamedEvent>(e =>
        {
            e.ToTable("named_events");
            e.HasIndex(n => new { n.WorkspaceId, n.IdempotencyKey }).IsUnique();
            e.HasIndex(n => new { n.WorkspaceId, n.Name, n.Correlation }).HasFilter("heard = 0");
            e.HasIndex(n => n.KeepUntil);
        });
        model.Entity<RunNote>(e =>
        {
            e.ToTable("run_notes");
            e.HasIndex(n => new { n.WorkspaceId, n.RunId, n.Id });
            e.HasIndex(n => n.NewRunId).HasFilter("new_run_id IS NOT NULL");
        });
        model.Entity<MailMessage>(e =>
        {
            e.ToTable("mails");
            e.HasIndex(m => new { m.WorkspaceId, m.Direction, m.MessageId }).IsUnique();
            e.HasIndex(m => new { m.WorkspaceId, m.IdempotencyKey }).IsUnique();
            e.HasIndex(m => new { m.WorkspaceId, m.Id });
            e.HasIndex(m => new { m.WorkspaceId, m.ThreadId });
            e.HasIndex(m => new { m.WorkspaceId, m.Direction, m.ReceivedAt });
        });
    }

    private static void Triggers(ModelBuilder model)
    {
        model.Entity<Hook>(e =>
        {
            e.ToTable("hooks");
            e.HasIndex(h => h.PathHash).IsUnique();
            e.HasIndex(h => new { h.WorkspaceId, h.AgentId, h.TriggerId }).IsUnique();
        });
        model.Entity<HookSignature>(e =>
        {
            e.ToTable("hook_signatures");
            e.HasIndex(s => new { s.WorkspaceId, s.HookId, s.Signature }).IsUnique();
            e.HasIndex(s => s.SeenAt);
        });
        model.Entity<EventListener>(e =>
        {
            e.ToTable("event_listeners");
            e.HasIndex(l => new { l.WorkspaceId, l.Event });
            e.HasIndex(l => new { l.WorkspaceId, l.AgentId, l.TriggerId }).IsUnique();
        });
        model.Entity<InternalEvent>(e => { e.ToTable("internal_events"); e.HasIndex(v => new { v.WorkspaceId, v.Id }); });
    }

    private static void Effects(ModelBuilder model)
    {
        model.Entity<Effect>(e =>
        {
            e.ToTable("effects");
            e.HasIndex(x => new { x.WorkspaceId, x.RunId });
            e.HasIndex(x => new { x.WorkspaceId, x.IdempotencyKey }).IsUnique();
            e.HasIndex(x => x.State);
        });
        model.Entity<EffectEvent>(e => { e.ToTable("effect_events"); e.HasIndex(x => new { x.WorkspaceId, x.EffectId, x.Id }); });
        model.Entity<Approval>(e =>
        {
            e.ToTable("approvals");
            e.HasIndex(a => new { a.WorkspaceId, a.State, a.Id });
            e.HasIndex(a => new { a.WorkspaceId, a.RunId });
        });
    }

    private static void Shared(ModelBuilder model)
    {
        model.Entity<ArchivedFile>(e => { e.ToTable("archived_files"); e.HasKey(f => new { f.WorkspaceId, f.Hash }); });
        model.Entity<ProtectionKey>(e => e.ToTable("protection_keys"));
        model.Entity<SharedFolder>(e => { e.ToTable("shared_folders"); e.Property(f => f.Id).ValueGeneratedNever(); });
    }

    private static void Tokens(ModelBuilder model)
    {
        foreach (var type in model.Model.GetEntityTypes())
        {
            if (type.FindProperty("Version") is { ClrType: var clr } version && clr == typeof(int))
                version.IsConcurrencyToken = true;
            if (type.FindProperty("Id") is { ClrType: var id } key && id == typeof(Guid))
                key.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
        }
    }
}
