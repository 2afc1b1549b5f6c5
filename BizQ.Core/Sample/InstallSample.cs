using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Sample;

/// <param name="Mails">The first mails, already on their way to an approval.</param>
public sealed record SampleInstalled(Guid AgentId, IReadOnlyList<MailReceipt> Mails);

/// <summary>
/// "Start with a sample business": an outdoor-gear shop with its customers, orders, policies and manuals, an agent that answers
/// its mail, and two mails to begin with. Every part is made once, so a second installation, or one after a crash, only adds
/// what is missing.
/// </summary>
public sealed class InstallSample(BizQDatabase database, WriteEntities write, AddDocument add, ReadAccepted read, SaveAgent save, TrySampleMail mail, TimeProvider clock)
{
    internal const string AgentName = "Support desk";
    private const string MailAddress = "support@tarnwick.example";
    private const string SourceName = "Sample business";

    private static readonly (string File, string Type)[] Things = [("store.json", "store"), ("products.json", "product"), ("customers.json", "customer"), ("orders.json", "order")];
    internal static readonly string[] FirstMails = ["stove-yellow-flame", "late-tent"];

    public async Task<Outcome<SampleInstalled>> Run(Actor actor, CancellationToken cancel)
    {
        foreach (var needed in (Permission[])[Permission.EditContext, Permission.BuildAgents, Permission.StartRuns])
        {
            if (actor.Lacks(needed) is { } lacking)
                return lacking;
        }
        await TakeAddress(actor, cancel);
        if (await Know(actor, cancel) is { } refusal)
            return refusal;
        var agent = await MakeAgent(actor, cancel);
        if (!agent.Ok)
            return agent.Refusal!;
        var receipts = new List<MailReceipt>();
        foreach (var name in FirstMails)
        {
            var received = await mail.Run(actor, name, "first", cancel);
            if (received.Refusal is { } notTaken)
                return notTaken;
            receipts.Add(received.Value);
        }
        return new SampleInstalled(agent.Value, receipts);
    }

    /// <summary>Answers need an address to come from; one that is set already stays.</summary>
    private async Task TakeAddress(Actor actor, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var workspace = await db.Workspaces.SingleAsync(w => w.Id == actor.WorkspaceId, cancel);
        if (!string.IsNullOrWhiteSpace(workspace.MailAddress))
            return;
        workspace.MailAddress = MailAddress;
        await db.SaveChangesAsync(cancel);
    }

    private async Task<Refusal?> Know(Actor actor, CancellationToken cancel)
    {
        await using (var db = database.Open(actor.WorkspaceId))
        {
            // All things are written in one transaction: one of them says that they are there.
            if (!await SampleMails.IsInstalled(db, cancel))
            {
                var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
                var written = await write.Run(actor, [.. Things.SelectMany(t => SampleFiles.Entities(t.File, today)
                    .Select(data => new WriteEntityRequest(null, t.Type, null, null, data, SourceKind.Sample, SourceName, Verified: true)))], cancel);
                if (written.Refusal is { } refusal)
                    return refusal;
            }
        }
        foreach (var (name, title, content) in SampleFiles.Documents())
        {
            var added = await add.Run(actor, new AddDocumentRequest(name, "text/markdown", content, title, SourceKind.Sample, SourceName), cancel);
            if (added.Refusal is { } refusal)
                return refusal;
        }
        // The first mails are answered from them.
        await read.All(actor.WorkspaceId, cancel);
        return null;
    }

    private async Task<Outcome<Guid>> MakeAgent(Actor actor, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.Where(a => a.Name == AgentName).Select(a => (Guid?)a.Id).FirstOrDefaultAsync(cancel) is { } already)
            return already;
        var saved = await save.Run(actor, new SaveAgentRequest(null, SampleFiles.Agent(), "From the sample business"), cancel);
        return saved.Ok ? saved.Value.Agent.Id : saved.Refusal!;
    }
}
