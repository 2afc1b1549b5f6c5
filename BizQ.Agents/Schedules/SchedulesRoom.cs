using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;

namespace BizQ.Agents.Schedules;

public static class SchedulesRoom
{
    internal const string Agents = "agents";
    internal const string Polling = "polling";

    /// <summary>A node that has not checked in for twice as long is gone, and the firing it had begun is begun again elsewhere.</summary>
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Two schedulers: the agents' cron schedules, which survive a restart and know what they missed, and the looks into
    /// folders and the sweeping up, which need not and would only wear the disk.
    /// </summary>
    public static IServiceCollection AddAgentSchedules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(options => options.InstanceName = Agents);
            quartz.UsePersistentStore(store => Persist(store, configuration));
        });
        services.AddQuartz(Polling, quartz =>
        {
            quartz.UseInMemoryStore();
            quartz.UseDefaultThreadPool(1);
            quartz.ScheduleJob<PollInbox>(trigger => trigger
                .WithIdentity("inbox")
                .StartNow()
                .WithSimpleSchedule(schedule => schedule.WithInterval(PollInbox.Every).RepeatForever().MeasureIntervalFromCompletion(true)));
            quartz.ScheduleJob<ForgetSignatures>(trigger => trigger
                .WithIdentity("signatures")
                .StartNow()
                .WithSimpleSchedule(schedule => schedule.WithInterval(ForgetSignatures.Every).RepeatForever()));
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<IWorkingPart, SchedulerState>();
        services.AddSingleton<AgentSchedules>();
        services.AddHostedService(provider => provider.GetRequiredService<AgentSchedules>());
        return services;
    }

    private static void Persist(IPersistentStoreBuilder store, IConfiguration configuration)
    {
        var path = Path.GetFullPath(configuration["Data:Path"] is { Length: > 0 } given ? given : "data");
        var database = new BizQDatabase(configuration.GetConnectionString("BizQ"), path, new ChangeFeed());
        // SQLite has one writer at a time: a file of their own keeps a burst of firings out of the runs' way.
        if (database.Engine == Engine.Postgres)
            store.UsePostgres(NpgsqlFactory.Instance, database.ConnectionString);
        else
            store.UseSqlite(SqliteFactory.Instance, $"Data Source={Path.Combine(path, "schedules.db")}");
        if (DataRoom.HasSeveralNodes(configuration))
            store.UseClustering(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (CheckIn, CheckIn));
        store.UseSystemTextJsonSerializer();
        store.ConfigureStore(options => options.StoreJobDataAsStrings = true);
        store.ProvisionSchema();
    }
}
