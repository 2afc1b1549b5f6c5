using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Approvals;

/// <summary>A database with an answer that waits for approval, and the decision wired as in the host.</summary>
internal sealed class Waiting : IAsyncDisposable, IWakeRuns
{
    private readonly ServiceProvider _services;

    private Waiting(DatabaseKit kit, Actor owner)
    {
        (Kit, Owner) = (kit, owner);
        _services = new ServiceCollection()
            .AddSingleton(kit.Database).AddSingleton(kit.Ids).AddSingleton(kit.Clock).AddSingleton<IWakeRuns>(this).AddSingleton(kit.Archive).AddSingleton<RunPayloads>()
            .AddSingleton(new AgentCatalog([], [Shop.Send], _ => null, (_, arguments) => new Aim(OutgoingMessage.Of(arguments)?.To, null)))
            .AddEffects().AddValidation().AddApprovals().BuildServiceProvider();
    }

    public DatabaseKit Kit { get; }

    public Actor Owner { get; }

    public static async Task<Waiting> Start(Engine engine)
    {
        var kit = await DatabaseKit.Start(engine);
        return new Waiting(kit, await kit.NewWorkspace());
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public ValueTask Wake(Guid runId) => ValueTask.CompletedTask;

    public Task<Outcome<Approval>> Decide(Actor actor, Approval approval, bool approve = true, string? reason = null, string? edited = null, string? hash = null) =>
        Get<DecideApproval>().Run(actor, new DecideRequest(approval.Id, approve, reason, edited is null ? null : JsonElement.Parse(edited), hash), CancellationToken.None);

    /// <summary>A run that waits, with its effect and approval.</summary>
    public Task<Approval> Answer(Guid? startedBy = null) => Seed(Kit.Database, Kit.Ids, Kit.Clock, Owner, startedBy);

    public static async Task<Approval> Seed(BizQDatabase database, Ids ids, TimeProvider clock, Actor owner, Guid? startedBy = null)
    {
        var now = clock.GetUtcNow();
        var workspace = owner.WorkspaceId;
        var version = new AgentVersion { Id = ids.New(), WorkspaceId = workspace, AgentId = ids.New(), Number = 1, Definition = Json.Element(Shop.Agent), Hash = "", CreatedByName = "Test", CreatedAt = now };
        var run = new Run
        {
            Id = ids.New(),
            WorkspaceId = workspace,
            AgentId = version.AgentId,
            AgentVersionId = version.Id,
            AgentName = Shop.Agent.Name,
            TaskType = startedBy is null ? "mail" : "manual",
            Title = "Where is my order?",
            IdempotencyKey = ids.New().ToString(),
            Status = RunStatus.WaitingForApproval,
            StartedAt = now,
            StartedByName = "Test",
            StartedBy = startedBy,
            Tainted = true,
            Input = Json.Element(new { kind = "mail", mail = new { from = new { address = Shop.Emma, name = "Emma Berg" }, subject = "Where is my order?", text = Shop.Asked } }),
        };
        var arguments = CanonicalJson.Of(Json.Element(new { to = Shop.Emma, subject = "Re: Where is my order?", text = "It was shipped on 14 November 2026." })).Value;
        var effect = new Effect
        {
            Id = ids.New(),
            WorkspaceId = workspace,
            RunId = run.Id,
            AgentId = run.AgentId,
            NodeId = "send",
            Operation = "mail.send",
            Arguments = arguments,
            Hash = EffectHash.Of("mail.send", arguments),
            Evidence = Json.Element(Shop.Evidence),
            State = EffectState.Proposed,
            IdempotencyKey = ids.New().ToString("N"),
            ProposedAt = now,
        };
        var proposed = EffectLife.Propose(effect, run.AgentName, ids);
        var judged = EffectLife.Move(effect, EffectState.Judged, Mover.Checks, "BizQ", "review", now, ids);
        var approval = AskPerson.About(effect, Shop.Send, run.AgentName, [], now, ids);
        await using var db = database.Open(workspace);
        db.AddRange(version, run, effect, proposed, judged, approval);
        await db.SaveChangesAsync();
        return approval;
    }

    public async Task<ApprovalDetail> Read(Approval approval) => (await Get<ReadApproval>().Run(Owner, approval.Id, CancellationToken.None)).Value;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Kit.DisposeAsync();
    }
}
