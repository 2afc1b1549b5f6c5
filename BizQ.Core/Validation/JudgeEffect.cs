using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Validation.PersonalData;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Validation;

/// <summary>Something an agent (or a person, by an edit) wants done.</summary>
/// <param name="RunInput">What started the run.</param>
public sealed record Proposal(
    Guid WorkspaceId,
    AgentDefinition Agent,
    string Operation,
    JsonElement Arguments,
    JsonElement RunInput,
    bool Tainted,
    IReadOnlyList<Evidence> Evidence);

/// <param name="Evidence">What the proposal was held against: the run's evidence, what came in, and the agent's own wording.</param>
public sealed record Judgement(Verdict Verdict, IReadOnlyList<Finding> Findings, Aim Aim, IReadOnlyList<Evidence> Evidence)
{
    public IEnumerable<Finding> Blocks => Findings.Where(finding => finding.Verdict == Verdict.Block);

    /// <summary>The operation is gone, as after a tool was taken out: nothing can be checked, so nothing goes out.</summary>
    public static Judgement Unknown(Proposal proposal) => new(
        Verdict.Block,
        [new Finding("permitted", "Permitted tool", Verdict.Block, "unknownOperation", $"BizQ has no operation '{proposal.Operation}' any more. Change the agent to use another.", proposal.Operation)],
        new Aim(null, null),
        proposal.Evidence);

    /// <summary>Pure: the verdict over several findings is the gravest.</summary>
    public static Judgement Of(IEnumerable<ICheck> checks, CheckInput input)
    {
        List<Finding> findings = [.. checks.SelectMany(check => check.Look(input)).OrderByDescending(finding => finding.Verdict)];
        return new Judgement(findings.Select(f => f.Verdict).DefaultIfEmpty(Verdict.Allow).Max(), findings, input.Aim, input.Evidence);
    }
}

/// <summary>Gathers what the checks may know about a proposal and lets every one of them look at it.</summary>
public sealed class JudgeEffect(BizQDatabase database, AgentCatalog catalog, IEnumerable<ICheck> checks, OperationSchemas schemas, TimeProvider clock)
{
    private readonly ICheck[] _checks = [.. checks];

    public Task<Judgement> Judge(Proposal proposal, CancellationToken cancel) => Run(proposal, _checks, cancel);

    /// <summary>Only those checks that time alone can change, for a last look before the effect runs.</summary>
    public Task<Judgement> Freshness(Proposal proposal, CancellationToken cancel) => Run(proposal, [.. _checks.Where(check => check.DependsOnTime)], cancel);

    private async Task<Judgement> Run(Proposal proposal, ICheck[] chosen, CancellationToken cancel) =>
        catalog.Operations.FirstOrDefault(o => o.Name == proposal.Operation) is { } operation
            ? Judgement.Of(chosen, await Gather(proposal, operation, cancel))
            : Judgement.Unknown(proposal);

    private async Task<CheckInput> Gather(Proposal proposal, OperationDescription operation, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var cameIn = CameIn.Of(proposal.RunInput);
        await using var db = database.Open(proposal.WorkspaceId);
        var business = await db.Workspaces.AsNoTracking().Where(w => w.Id == proposal.WorkspaceId).Select(w => new { w.Name, w.MailAddress }).SingleAsync(cancel);
        return new CheckInput
        {
            Operation = operation,
            Arguments = proposal.Arguments,
            Aim = catalog.AimOf?.Invoke(operation.Name, proposal.Arguments) ?? new Aim(null, null),
            Agent = proposal.Agent,
            BusinessName = business.Name,
            BusinessAddress = business.MailAddress,
            Tainted = proposal.Tainted,
            CameIn = cameIn,
            Evidence = Backing(proposal, cameIn, now),
            Named = await Named(db, proposal, cancel),
            TypesAtHand = await TypesAtHand(db, proposal.Agent, cancel),
            Schema = await schemas.Of(operation),
            Now = now,
        };
    }

    /// <summary>The evidence once each, with what came in and the agent's own wording where they are not yet among it.</summary>
    private static List<Evidence> Backing(Proposal proposal, CameIn cameIn, DateTimeOffset now)
    {
        List<Evidence> backing = [.. proposal.Evidence.DistinctBy(e => e.Id is { } id ? (object)(e.Kind, id, e.Version) : e)];
        if (cameIn.Text.Length > 0 && backing.All(e => e.Kind != "input"))
            backing.Insert(0, new Evidence("input", null, "message", cameIn.Subject ?? "What came in", cameIn.Address ?? "the run's input", cameIn.ReceivedAt ?? now, 0, cameIn.Text));
        if (backing.All(e => e.Kind != "wording") && Wording.Of(proposal.Agent, now) is { } wording)
            backing.Add(wording);
        return backing;
    }

    /// <summary>Those with a key that the draft or the evidence names, and those whose name or mail address it does.</summary>
    private static async Task<List<Entity>> Named(BizQDb db, Proposal proposal, CancellationToken cancel)
    {
        if (OutgoingMessage.Of(proposal.Arguments) is not { } message)
            return [];
        var named = NamedIn.Of(message, [.. proposal.Evidence.Select(Thing.Of).OfType<Thing>()]);
        var (keys, people, fields) = (named.Keys, named.People, NamedIn.PersonFields);
        var facts = db.Facts.Where(f => f.SupersededBy == null && fields.Contains(f.Field) && f.Lookup != null && people.Contains(f.Lookup)).Select(f => f.EntityId);
        return await db.Entities.AsNoTracking()
            .Where(e => e.RemovedAt == null && ((e.LookupKey != null && keys.Contains(e.LookupKey)) || facts.Contains(e.Id)))
            .OrderBy(e => e.Id).Take(NamedIn.Most).ToListAsync(cancel);
    }

    private static async Task<HashSet<string>> TypesAtHand(BizQDb db, AgentDefinition agent, CancellationToken cancel)
    {
        var types = agent.Needs.Select(need => need.Type).Distinct().ToList();
        return types.Count == 0 ? [] : [.. await db.Entities.Where(e => types.Contains(e.Type) && e.RemovedAt == null).Select(e => e.Type).Distinct().ToListAsync(cancel)];
    }
}
