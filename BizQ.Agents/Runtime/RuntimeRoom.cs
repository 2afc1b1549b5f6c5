using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Runtime;

public static class RuntimeRoom
{
    public static IServiceCollection AddAgentRuntime(this IServiceCollection services, IConfiguration configuration) => services;
}
