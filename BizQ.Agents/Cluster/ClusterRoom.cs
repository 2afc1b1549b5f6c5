using BizQ.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BizQ.Agents.Cluster;

public static class ClusterRoom
{
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IWakeRuns, WakeRuns>();
        return builder;
    }
}
