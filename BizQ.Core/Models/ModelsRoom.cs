using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Models;

public static class ModelsRoom
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services.AddSingleton<ReadModelUsage>();
}
