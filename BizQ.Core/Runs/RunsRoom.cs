using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Runs;

public static class RunsRoom
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services;
}
