using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Validation;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <summary>
/// What a called agent may do: what it may by itself, and no more than each agent that led to it may. Its definition is narrowed
/// before anything is looked up or judged, so no part of BizQ can forget to ask.
/// </summary>
public static class ActWithin
{
    public static async Task<AgentDefinition> Callers(BizQDb db, RunPayloads payloads, Run run, AgentDefinition own, CancellationToken cancel)
    {
        var (narrowed, above) = (own, run.ParentRunId);
        // Versions never change and a run is pinned to one, so this is the same whenever it is asked.
        for (var depth = 0; above is { } id && depth <= CallAgent.MostDepth; depth++)
        {
            var caller = await (
                from r in db.Runs.AsNoTracking()
                join v in db.AgentVersions.AsNoTracking() on r.AgentVersionId equals v.Id
                where r.Id == id
                select new { Run = r, v.Definition }).FirstOrDefaultAsync(cancel);
            if (caller is null)
                return Nothing(narrowed);
            narrowed = By(narrowed, Json.Read<AgentDefinition>(caller.Definition)!, await payloads.InputOf(caller.Run, cancel) is { } input ? CameIn.Of(input).Address : null);
            above = caller.Run.ParentRunId;
        }
        return narrowed;
    }

    /// <summary>Pure: the definition with the rights that both have.</summary>
    /// <param name="sender">Who wrote to the caller: its "sender" means that person, not whoever the called agent was told of.</param>
    public static AgentDefinition By(AgentDefinition own, AgentDefinition caller, string? sender) => own with
    {
        Permissions = own.Permissions with
        {
            Tools = [.. own.Permissions.Tools.Intersect(caller.Permissions.Tools, StringComparer.Ordinal)],
            Context = Both(own.Permissions.Context, caller.Permissions.Context),
            RecipientsOfCallers = [.. own.Permissions.RecipientsOfCallers, Named(caller.Permissions.Recipients, sender)],
        },
        Limits = own.Limits with
        {
            AmountPerEffect = Smaller(own.Limits.AmountPerEffect, caller.Limits.AmountPerEffect),
            // Left out means no limit here, other than for what one effect may move.
            CostPerRun = own.Limits.CostPerRun is { } mine && caller.Limits.CostPerRun is { } theirs ? Smaller(mine, theirs) ?? theirs : own.Limits.CostPerRun ?? caller.Limits.CostPerRun,
        },
        Autonomy = own.Autonomy == Autonomy.Automatic ? caller.Autonomy : own.Autonomy,
    };

    /// <summary>A caller whose rights cannot be known lends none.</summary>
    private static AgentDefinition Nothing(AgentDefinition own) => own with
    {
        Permissions = new PermissionsDefinition { Tools = [], Recipients = [], Context = [] },
        Limits = own.Limits with { AmountPerEffect = null },
        Autonomy = Autonomy.Approve,
    };

    private static IReadOnlyList<string> Both(IReadOnlyList<string> own, IReadOnlyList<string> callers) =>
        callers.Contains("*") ? own : own.Contains("*") ? callers : [.. own.Intersect(callers, StringComparer.OrdinalIgnoreCase)];

    private static IReadOnlyList<string> Named(IReadOnlyList<string> recipients, string? sender) =>
        [.. recipients.Select(r => r.Equals("sender", StringComparison.OrdinalIgnoreCase) ? sender : r).OfType<string>()];

    /// <summary>Amounts in different currencies cannot be compared, and then no money moves.</summary>
    private static Money? Smaller(Money? own, Money? callers) =>
        own is { } mine && callers is { } theirs && mine.Currency.Equals(theirs.Currency, StringComparison.OrdinalIgnoreCase)
            ? mine.Value <= theirs.Value ? mine : theirs
            : null;
}
