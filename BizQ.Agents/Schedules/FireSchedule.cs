using System.Globalization;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>
/// Starts one run for one firing. The key is the trigger and the moment it was due, so that a firing that is repeated after a
/// crash, or by two nodes, is still one run.
/// </summary>
internal sealed class FireSchedule(BizQDatabase database, StartRun start, TimeProvider clock, ILogger<FireSchedule> log) : IJob
{
    public const string Workspace = "workspace";
    public const string Agent = "agent";
    public const string Trigger = "trigger";

    /// <summary>How many missed firings are made up for one by one; without it, Quartz fires once for all of them or not at all.</summary>
    public const string CatchUp = "catchUp";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var data = context.MergedJobDataMap;
        var (workspaceId, agentId, triggerId) = (Guid.Parse(data.GetString(Workspace)!), Guid.Parse(data.GetString(Agent)!), data.GetString(Trigger)!);
        await using var db = database.Open(workspaceId);
        if (await db.Agents.AsNoTracking().Where(a => a.Id == agentId).Select(a => a.Name).FirstOrDefaultAsync(cancellationToken) is not { } name)
            return;
        foreach (var firedAt in Due(context))
        {
            var key = $"schedule:{agentId:N}:{triggerId}:{firedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
            var request = new StartRunRequest(
                agentId, "schedule", $"{name} on schedule '{triggerId}'", Json.Element(new { kind = "schedule", firedAt, triggerId }), key)
            { TriggerId = triggerId };
            var outcome = await start.Run(Actor.System(workspaceId), request, cancellationToken);
            if (outcome.Refusal is { } refusal)
                log.LogInformation("Schedule {Trigger} of agent {Agent} started nothing: {Reason}", triggerId, name, refusal.Message);
        }
    }

    /// <summary>The moments to start a run for: the one this firing is for, and with catch-up those that were missed since.</summary>
    private IReadOnlyList<DateTimeOffset> Due(IJobExecutionContext context)
    {
        var due = DueAt(context);
        if (!context.MergedJobDataMap.TryGetString(CatchUp, out var most) || context.Trigger is not ICronTrigger trigger)
            return [due];
        var missed = CronText.LatestBetween(
            new CronExpression(trigger.CronExpressionString!, trigger.TimeZone), due, clock.GetUtcNow(), int.Parse(most!, CultureInfo.InvariantCulture));
        return missed.Count == 0 ? [due] : missed;
    }

    private static DateTimeOffset DueAt(IJobExecutionContext context)
    {
        // After a crash Quartz fires again on its own trigger and says in its data when the lost firing was due.
        if (context.Recovering
            && context.MergedJobDataMap.TryGetString(SchedulerConstants.FailedJobOriginalTriggerScheduledFireTime, out var text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var due))
            return due;
        return context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
    }
}
