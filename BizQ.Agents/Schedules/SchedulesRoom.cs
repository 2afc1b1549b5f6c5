using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Schedules;

public static class SchedulesRoom
{
    public static IServiceCollection AddAgentSchedules(this IServiceCollection services, IConfiguration configuration) => services;
}
