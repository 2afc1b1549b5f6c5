using BizQ.Agents.Schedules;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Quartz;

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
        await stage.Host.Get<AgentSchedules>().Sync(stage.Owner.WorkspaceId, agent.Id, TestContext.Current.CancellationToken);
        var scheduler = await stage.Host.Get<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
        Assert.Empty(await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup(), TestContext.Current.CancellationToken));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Eight_in_the_morning_is_eight_on_the_clock_of_the_business_also_after_the_change_to_summer_time(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 27, 12, 0, 0, TimeSpan.Zero));
        await using var stage = await Stage.Set(engine, new Script(), clock);
        await LiveIn(stage, "Europe/Vienna");
        await Scheduled(stage, "0 0 8 ? * *");

        clock.SetUtcNow(new DateTimeOffset(2026, 3, 28, 7, 0, 1, TimeSpan.Zero));
        Assert.Equal("2026-03-28 07:00:00Z", Due(Assert.Single(await Fired(stage, 1))));
        clock.SetUtcNow(new DateTimeOffset(2026, 3, 29, 6, 0, 1, TimeSpan.Zero));
        Assert.Equal("2026-03-29 06:00:00Z", Due((await Fired(stage, 2))[1]));
    }

    [Theory]
    [InlineData(null, null, new[] { "2026-11-03 08:00:00Z" })]
    [InlineData(MissedFirings.Skip, null, new string[0])]
    [InlineData(MissedFirings.CatchUp, 2, new[] { "2026-11-05 08:00:00Z", "2026-11-06 08:00:00Z" })]
    [InlineData(MissedFirings.CatchUp, 30, new[] { "2026-11-03 08:00:00Z", "2026-11-04 08:00:00Z", "2026-11-05 08:00:00Z", "2026-11-06 08:00:00Z" })]
    public async Task Mornings_that_were_missed_are_made_up_for_as_the_definition_says(MissedFirings? missed, int? most, string[] made)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));
        await using var stage = await Stage.Set(Engine.Sqlite, new Script(), clock);
        var scheduler = await Scheduled(stage, "0 0 8 ? * *", missed, most);
        await scheduler.Standby(TestContext.Current.CancellationToken);
        clock.SetUtcNow(new DateTimeOffset(2026, 11, 6, 12, 0, 0, TimeSpan.Zero));
        await scheduler.Start(TestContext.Current.CancellationToken);

        // Quartz looks for what it missed once a minute; the next morning comes in any case, and then all that was missed has had its turn.
        var runs = Fired(stage, made.Length + 1);
        while (!runs.IsCompleted)
        {
            clock.Advance(stage.Host.Clock.GetUtcNow().Hour == 12 && !await Settled(stage, made.Length) ? TimeSpan.FromSeconds(30) : TimeSpan.FromMinutes(30));
            await Task.WhenAny(runs, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken));
        }
        Assert.Equal([.. made, "2026-11-07 08:00:00Z"], (await runs).Select(Due));
    }

    private static async Task LiveIn(Stage stage, string timeZone)
    {
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        (await db.Workspaces.SingleAsync(w => w.Id == stage.Owner.WorkspaceId, TestContext.Current.CancellationToken)).TimeZone = timeZone;
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<bool> Settled(Stage stage, int runs)
    {
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        return await db.Runs.CountAsync(TestContext.Current.CancellationToken) >= runs;
    }

    private static async Task<IScheduler> Scheduled(Stage stage, string cron, MissedFirings? missed = null, int? most = null)
    {
        var agent = await stage.Agent(Graphs.Definition("start:trigger", "") with { Triggers = [new TriggerDefinition("morning", "schedule", cron) { Missed = missed, MostMissed = most }] });
        await stage.Host.Get<AgentSchedules>().Sync(stage.Owner.WorkspaceId, agent.Id, TestContext.Current.CancellationToken);
        return await stage.Host.Get<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
    }

    private static Task<List<Run>> Fired(Stage stage, int runs) => stage.Host.Until(
        stage.Owner.WorkspaceId,
        async db => await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync() is { } fired && fired.Count >= runs ? fired : null,
        $"firing {runs}");

    private static string Due(Run run) => run.Input.GetProperty("firedAt").GetDateTimeOffset().UtcDateTime.ToString("u", System.Globalization.CultureInfo.InvariantCulture);
}
