using System.Net;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace BizQ.Agents.Cluster;

public static class ClusterRoom
{
    /// <summary>Orleans in this process, alone or as one of several.</summary>
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(ClusteringOptions.Section).Get<ClusteringOptions>() ?? new ClusteringOptions();
        builder.Services.AddOptions<ClusteringOptions>().Bind(builder.Configuration.GetSection(ClusteringOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ClusteringOptions>, ValidateClusteringOptions>();
        builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<ClusteringOptions>>().Value);
        builder.UseOrleans(silo =>
        {
            if (options.Mode == ClusterMode.Single)
                Alone(silo);
            else
                WithOthers(silo, options);
            silo.Services.AddSingleton<ClusterState>();
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ClusterState>());
            silo.Services.AddSingleton<IWorkingPart>(provider => provider.GetRequiredService<ClusterState>());
        });
        builder.Services.AddSingleton<ClusterTurn>();
        builder.Services.AddSingleton<ShareFiles>();
        builder.Services.AddSingleton<IWakeRuns, WakeRuns>();
        return builder;
    }

    /// <summary>Its ports are names only: nothing listens on them, so instances side by side share them freely.</summary>
    private static void Alone(ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(
            EndpointOptions.DEFAULT_SILO_PORT, EndpointOptions.DEFAULT_GATEWAY_PORT,
            new IPEndPoint(IPAddress.Loopback, EndpointOptions.DEFAULT_SILO_PORT), serviceId: "bizq", clusterId: "bizq");
        ClosedListeners.Replace(silo.Services);
    }

    private static void WithOthers(ISiloBuilder silo, ClusteringOptions options)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Name, options.Name));
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = options.IPAddress;
            endpoint.SiloPort = options.Port;
            // Nobody but the nodes themselves talks to the cluster.
            endpoint.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(membership => Tune(membership, options));
        silo.Services.AddSingleton<IFatalErrorHandler, EndProcess>();
        if (options.Mode == ClusterMode.Redis)
        {
            silo.UseRedisClustering(redis => redis.ConfigurationOptions = RedisWire.Settings(options));
            silo.Services.AddSingleton<IChangeWire, RedisWire>();
        }
        else
        {
            silo.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> ado) => ado.Configure<BizQDatabase>((membership, database) =>
                (membership.Invariant, membership.ConnectionString) = ("Npgsql", database.ConnectionString)));
            silo.Services.AddSingleton<IChangeWire, PostgresWire>();
        }
        silo.Services.AddHostedService<ChangeRelay>();
    }

    /// <summary>
    /// Orleans allows a dead node half a minute and a whole cluster that lost its power five minutes. A run goes on within 30 s, so
    /// a node is dead after three probes without an answer, and an entry that nobody renews after as long again.
    /// </summary>
    private static void Tune(ClusterMembershipOptions membership, ClusteringOptions options)
    {
        var patience = TimeSpan.FromSeconds(options.DeadAfterSeconds);
        membership.NumMissedProbesLimit = 3;
        membership.ProbeTimeout = patience / 3;
        membership.MaxProbeTimeout = patience / 3 * 2;
        membership.TableRefreshTimeout = patience;
        membership.IAmAliveTablePublishTimeout = patience / 3;
        membership.NumMissedTableIAmAliveLimit = 3;
        membership.MaxJoinAttemptTime = patience * 4;
        // Dead entries tell who was there an hour ago, which is long enough for whoever looks what happened.
        membership.DefunctSiloExpiration = TimeSpan.FromHours(1);
        membership.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
    }
}
