using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Models;

public static class ModelsRoom
{
    public static IServiceCollection AddAgentModels(this IServiceCollection services, IConfiguration configuration) => services;
}
