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
internal sealed class FireSchedule(BizQDatabase database, StartRun start, ILogger<FireSchedule> log) : IJob
{
    public const string Workspace = "workspace";
    public const string Agent = "agent";
    public const string Trigger = "trigger";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var data = context.MergedJobDataMap;
        var (workspaceId, agentId, triggerId) = (Guid.Parse(data.GetString(Workspace)!), Guid.Parse(data.GetString(Agent)!), data.GetString(Trigger)!);
        var firedAt = DueAt(context);
        await using var db = database.Open(workspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancellationToken) is not { } agent)
            return;
        var key = $"schedule:{agentId:N}:{triggerId}:{firedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        var request = new StartRunRequest(
            agentId, "schedule", $"{agent.Name} on schedule '{triggerId}'", Json.Element(new { kind = "schedule", firedAt, triggerId }), key);
        var outcome = await start.Run(Actor.System(workspaceId), request, cancellationToken);
        if (outcome.Refusal is { } refusal)
            log.LogInformation("Schedule {Trigger} of agent {Agent} started nothing: {Reason}", triggerId, agent.Name, refusal.Message);
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
