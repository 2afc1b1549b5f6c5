using Microsoft.Extensions.Hosting;

namespace BizQ.Agents.Cluster;

public static class ClusterRoom
{
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder) => builder;
}
