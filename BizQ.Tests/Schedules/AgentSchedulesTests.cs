using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Schedules;

public sealed class AgentSchedulesTests
{
    [Theory, ClassData(typeof(Engines))]
    public async Task A_saved_schedule_fires_runs_with_a_key_of_their_own_until_the_agent_is_paused(Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script());
        var definition = Graphs.Definition("start:trigger", "") with { Triggers = [new TriggerDefinition("often", "schedule", "* * * * * ?", "Europe/Vienna")] };
        var agent = await stage.Agent(definition);

        var runs = await stage.Host.Until(
            stage.Owner.WorkspaceId,
            async db => await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync() is { Count: >= 2 } two ? two : null,
            "two firings");
        Assert.All(runs, run => Assert.Equal("schedule", run.TaskType));
        Assert.All(runs, run => Assert.Equal("often", run.Input.GetProperty("triggerId").GetString()));
        Assert.Equal(runs.Count, runs.Select(r => r.IdempotencyKey).Distinct().Count());

        await using (var db = stage.Host.Database.Open(stage.Owner.WorkspaceId))
        {
            (await db.Agents.SingleAsync(a => a.Id == agent.Id, TestContext.Current.CancellationToken)).Status = AgentStatus.Paused;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await stage.Host.Get<BizQ.Agents.Schedules.AgentSchedules>().Sync(stage.Owner.WorkspaceId, agent.Id, TestContext.Current.CancellationToken);
        var scheduler = await stage.Host.Get<Quartz.ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
        Assert.Empty(await Quartz.SchedulerQueryExtensions.GetTriggerKeys(scheduler, Quartz.GroupMatcher<Quartz.TriggerKey>.AnyGroup(), TestContext.Current.CancellationToken));
    }
}
