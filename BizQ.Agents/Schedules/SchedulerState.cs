using BizQ.Core.Monitoring;
using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>Whether both schedulers run: the agents' and the one that looks into folders.</summary>
internal sealed class SchedulerState(ISchedulerFactory schedulers) : IWorkingPart
{
    public string Part => "schedules";

    public async Task<string?> Problem(CancellationToken cancel)
    {
        foreach (var name in new[] { SchedulesRoom.Agents, SchedulesRoom.Polling })
        {
            if (await schedulers.LookupScheduler(name, cancel) is not { } scheduler || await scheduler.GetStatus(cancel) != SchedulerStatus.Running)
                return $"the scheduler '{name}' does not run";
        }
        return null;
    }
}
