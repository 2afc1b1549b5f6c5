using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>
/// Keeps Quartz's triggers equal to the schedules of the agents' current versions: of all agents at start, of one agent
/// whenever it changes. A trigger that is already right is left alone, so that it keeps what it knows of missed firings.
/// </summary>
public sealed class AgentSchedules(
    BizQDatabase database, ISchedulerFactory schedulers, ChangeFeed changes, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<AgentSchedules> log)
    : BackgroundService
{
    private const int PageSize = 200;
    private static readonly JobKey Job = new("start-run", "agents");

    /// <summary>A firing that could not start its run, because the database was away, is tried again for about 10 minutes.</summary>
    private static readonly RetryPolicy TryAgain = RetryPolicy.Exponential(7, TimeSpan.FromSeconds(5), 2, TimeSpan.FromMinutes(5));

    // Which agents changed, each once however often, and one signal for all of them: bounded by the number of agents.
    private readonly ConcurrentDictionary<Guid, Guid> _changed = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private bool _everything;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = changes.SubscribeAll(change =>
        {
            if (change.MayBeAnything)
                _everything = true;
            else if (change.Room == "agents")
                _changed[change.Id] = change.WorkspaceId;
            else
                return;
            _signal.Writer.TryWrite(true);
        });
        if (!await lifetime.HasStarted(stoppingToken))
            return;
        await Quietly(() => SyncAll(stoppingToken), stoppingToken);
        while (await _signal.Reader.ReadAsync(stoppingToken))
        {
            if (Interlocked.Exchange(ref _everything, false))
                await Quietly(() => SyncAll(stoppingToken), stoppingToken);
            foreach (var agent in _changed.Keys)
            {
                // Taken out first: a change that comes meanwhile is another one.
                if (_changed.TryRemove(agent, out var workspace))
                    await Quietly(() => Sync(workspace, agent, stoppingToken), stoppingToken);
            }
        }
    }

    /// <summary>Makes the triggers of one agent what its current version says; none when it is paused, retired or gone.</summary>
    public async Task Sync(Guid workspaceId, Guid agentId, CancellationToken cancel)
    {
        await using var db = database.Open(workspaceId);
        var found = await (
            from agent in db.Agents.AsNoTracking()
            join version in db.AgentVersions.AsNoTracking() on agent.CurrentVersionId equals version.Id
            join workspace in db.Workspaces.AsNoTracking() on agent.WorkspaceId equals workspace.Id
            where agent.Id == agentId && agent.Status == AgentStatus.Active
            select new { version.Definition, workspace.TimeZone }).FirstOrDefaultAsync(cancel);
        var wanted = found is null ? [] : Triggers(workspaceId, agentId, found.Definition, found.TimeZone);
        await Apply(agentId, wanted);
    }

    private async Task SyncAll(CancellationToken cancel)
    {
        var scheduler = await schedulers.GetScheduler(CancellationToken.None);
        var gone = (await scheduler.GetTriggerGroupNames(CancellationToken.None)).ToHashSet();
        var after = Guid.Empty;
        while (true)
        {
            List<Agent> page;
            await using (var db = database.OpenUnscoped())
                page = await db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking().Where(a => a.Id > after).OrderBy(a => a.Id).Take(PageSize).ToListAsync(cancel);
            foreach (var agent in page)
            {
                await Sync(agent.WorkspaceId, agent.Id, cancel);
                gone.Remove(GroupOf(agent.Id));
            }
            if (page.Count < PageSize)
                break;
            after = page[^1].Id;
        }
        foreach (var group in gone.Where(g => Guid.TryParseExact(g, "N", out _)))
            await scheduler.UnscheduleJobs(GroupMatcher<TriggerKey>.GroupEquals(group), CancellationToken.None);
    }

    private async Task Apply(Guid agentId, List<ITrigger> wanted)
    {
        // Short, and not stopped half way: Quartz reports a transaction that a shutdown cancels as an error.
        var scheduler = await schedulers.GetScheduler(CancellationToken.None);
        var present = await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.GroupEquals(GroupOf(agentId)), CancellationToken.None);
        foreach (var key in present.Where(key => wanted.All(t => !t.Key.Equals(key))))
            await scheduler.UnscheduleJob(key, CancellationToken.None);
        if (wanted.Count > 0 && !await scheduler.Exists(Job, CancellationToken.None))
            await scheduler.AddJob(JobBuilder.Create<FireSchedule>().WithIdentity(Job).StoreDurably(true).RequestRecovery(true).Build(), AddJobOptions.Replacing, CancellationToken.None);
        foreach (var trigger in wanted)
        {
            if (await scheduler.GetTrigger(trigger.Key, CancellationToken.None) is { } same && same.Description == trigger.Description)
                continue;
            await scheduler.ScheduleTrigger(trigger, TriggerConflict.Replace, CancellationToken.None);
            log.LogInformation("Agent {Agent}: schedule {Trigger} is now {Schedule}", agentId, trigger.Key.Name, trigger.Description);
        }
    }

    private List<ITrigger> Triggers(Guid workspaceId, Guid agentId, JsonElement definition, string workspaceZone)
    {
        var triggers = new List<ITrigger>();
        foreach (var schedule in (Json.Read<AgentDefinition>(definition)?.Triggers ?? []).Where(t => t is { Kind: "schedule", Cron: not null }))
        {
            try
            {
                var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone ?? workspaceZone);
                triggers.Add(Trigger(workspaceId, agentId, schedule, zone));
            }
            catch (Exception problem) when (problem is FormatException or ArgumentException or TimeZoneNotFoundException or InvalidTimeZoneException or SchedulerException)
            {
                // Saving a version checks this; a version from before a rule changed may still hold it.
                log.LogWarning("Agent {Agent}: schedule {Trigger} cannot be used: {Problem}", agentId, schedule.Id, problem.Message);
            }
        }
        return triggers;
    }

    private ITrigger Trigger(Guid workspaceId, Guid agentId, TriggerDefinition schedule, TimeZoneInfo zone)
    {
        // Firings missed while the process stood still. Those of a paused agent are none: it has no trigger then.
        var missed = schedule.Missed ?? MissedFirings.RunOnce;
        var most = schedule.MostMissed ?? TriggerDefinition.UsualMostMissed;
        var trigger = TriggerBuilder.Create(clock)
            .WithIdentity(schedule.Id, GroupOf(agentId))
            .ForJob(Job)
            .WithDescription($"{schedule.Cron} {zone.Id} {missed}{(missed == MissedFirings.CatchUp ? $" {most}" : "")}")
            .WithSchedule(CronScheduleBuilder.Create(schedule.Cron!).InTimeZone(zone)
                .WithMisfireInstruction(missed == MissedFirings.Skip ? CronTriggerMisfireInstruction.DoNothing : CronTriggerMisfireInstruction.FireAndProceed))
            .WithRetryPolicy(TryAgain)
            .UsingJobData(FireSchedule.Workspace, workspaceId.ToString())
            .UsingJobData(FireSchedule.Agent, agentId.ToString())
            .UsingJobData(FireSchedule.Trigger, schedule.Id);
        if (missed == MissedFirings.CatchUp)
            trigger.UsingJobData(FireSchedule.CatchUp, most.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return trigger.Build();
    }

    private static string GroupOf(Guid agentId) => agentId.ToString("N");

    /// <summary>A schedule that could not be brought up to date is logged; the agent's next change or the next start tries again.</summary>
    private async Task Quietly(Func<Task> sync, CancellationToken cancel)
    {
        try
        {
            await sync();
        }
        catch (Exception problem) when (cancel.IsCancellationRequested)
        {
            log.LogDebug(problem, "Stopped while bringing the schedules up to date; the next start does it");
        }
        catch (Exception problem)
        {
            log.LogError(problem, "The schedules could not be brought up to date");
        }
    }
}
