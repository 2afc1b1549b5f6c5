using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Agents;

public static class AgentsRoom
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services;
}
