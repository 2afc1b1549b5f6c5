using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Waits;

public static class WaitsRoom
{
    public static IServiceCollection AddWaits(this IServiceCollection services) => services
        .AddSingleton<Moments>()
        .AddSingleton<SweepWaits>()
        .AddSingleton<DueRuns>()
        .AddSingleton<Timers>()
        .AddSingleton<AfterCommit>()
        .AddHostedService(provider => provider.GetRequiredService<Timers>());
}
