using BizQ.Agents.Queues;
using BizQ.Agents.Schedules;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Triggers;

public static class TriggersRoom
{
    /// <summary>What starts agents by itself: time, what happens inside BizQ, and messages in queues.</summary>
    public static IServiceCollection AddAgentTriggers(this IServiceCollection services, IConfiguration configuration) => services
        .AddAgentSchedules(configuration)
        .AddSingleton<StartEventRuns>()
        .AddHostedService<DispatchEvents>()
        .AddQueues(configuration);
}
