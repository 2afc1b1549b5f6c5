using System.Net;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace BizQ.Agents.Cluster;

public static class ClusterRoom
{
    /// <summary>Orleans in this process. Its ports are names only: nothing listens on them, so instances side by side share them freely.</summary>
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder)
    {
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(
                EndpointOptions.DEFAULT_SILO_PORT, EndpointOptions.DEFAULT_GATEWAY_PORT,
                new IPEndPoint(IPAddress.Loopback, EndpointOptions.DEFAULT_SILO_PORT), serviceId: "bizq", clusterId: "bizq");
            ClosedListeners.Replace(silo.Services);
            silo.Services.AddSingleton<ClusterState>();
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ClusterState>());
            silo.Services.AddSingleton<IWorkingPart>(provider => provider.GetRequiredService<ClusterState>());
        });
        builder.Services.AddSingleton<IWakeRuns, WakeRuns>();
        return builder;
    }
}
