using System.Collections.Concurrent;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Mail;

/// <summary>The mail room on a real database, with agents that listen but no runtime that runs them.</summary>
internal sealed class MailDesk : IWakeRuns, IAsyncDisposable
{
    private readonly ConcurrentQueue<Guid> _woken = new();
    private readonly MailOptions _options;
    private readonly KnownAgents _agents;
    private readonly GroupCommit _commit;

    private MailDesk(DatabaseKit kit, Actor actor, MailOptions options)
    {
        (Kit, Actor, _options) = (kit, actor, options);
        _agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        _commit = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
    }

    public DatabaseKit Kit { get; }

    public Actor Actor { get; }

    public IReadOnlyList<Guid> Woken => [.. _woken];

    public static async Task<MailDesk> Start(Engine engine, int agents = 1, TimeProvider? clock = null, int mostAnswers = 20)
    {
        var kit = await DatabaseKit.Start(engine, clock);
        var desk = new MailDesk(kit, await kit.NewWorkspace(), new MailOptions { MostAnswersPerHour = mostAnswers });
        for (var i = 0; i < agents; i++)
            await desk.AddAgent($"Agent {i}");
        return desk;
    }

    public ReceiveMail Receiving() => new(Kit.Database, Kit.Archive, Starts(), this, Kit.Ids, Kit.Clock);

    public Task<Outcome<MailReceipt>> Receive(byte[] raw, string? key = null, Actor? actor = null) =>
        Receiving().Run(actor ?? Actor, raw, key, TestContext.Current.CancellationToken);

    public Task<Outcome<MailReceipt>> Answer(Guid mailId) =>
        new AnswerMail(Kit.Database, Starts(), this).Run(Actor, mailId, TestContext.Current.CancellationToken);

    public BizQDb Open() => Kit.Database.Open(Actor.WorkspaceId);

    public async Task AddAgent(string name, AgentStatus status = AgentStatus.Active, string trigger = "mail")
    {
        var definition = new AgentDefinition { Name = name, Purpose = "Answers", Triggers = [new TriggerDefinition("in", trigger)] };
        var version = new AgentVersion
        {
            Id = Kit.Ids.New(),
            WorkspaceId = Actor.WorkspaceId,
            AgentId = Kit.Ids.New(),
            Number = 1,
            Definition = Json.Element(definition),
            Hash = "none",
            CreatedByName = "Test",
            CreatedAt = Kit.Clock.GetUtcNow(),
        };
        await using var db = Open();
        db.AddRange(version, new Agent
        {
            Id = version.AgentId,
            WorkspaceId = Actor.WorkspaceId,
            Name = name,
            Purpose = "Answers",
            Status = status,
            CurrentVersionId = version.Id,
            CurrentVersionNumber = 1,
            CreatedAt = version.CreatedAt,
            UpdatedAt = version.CreatedAt,
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>An answer that went out, as mail.send records it.</summary>
    public async Task AddAnswerTo(string address, int number)
    {
        await using var db = Open();
        var id = Kit.Ids.New();
        db.Mails.Add(new MailMessage
        {
            Id = id,
            WorkspaceId = Actor.WorkspaceId,
            Direction = MailDirection.Out,
            MessageId = $"answer-{number}@shop.example",
            ThreadId = id,
            FromAddress = "support@shop.example",
            ToAddresses = address,
            Subject = "Re: x",
            Text = "x",
            Class = MailClass.Ordinary,
            ContentHash = "none",
            Size = 1,
            ReceivedAt = Kit.Clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask Wake(Guid runId)
    {
        _woken.Enqueue(runId);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _agents.Dispose();
        await _commit.DisposeAsync();
        await Kit.DisposeAsync();
    }

    private StartMailRuns Starts() => new(new StartRun(Kit.Database, _agents, _commit, new FreshRuns(), new RunPayloads(Kit.Archive), Kit.Ids, Kit.Clock, this), _options, Kit.Clock);
}
