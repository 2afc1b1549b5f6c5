using BizQ.Core.Data.Rows;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BizQ.Core.Data;

public static class DataRoom
{
    /// <summary>The folder of everything that is not in the database.</summary>
    public static string PathOf(IConfiguration configuration) =>
        Path.GetFullPath(configuration["Data:Path"] is { Length: > 0 } given ? given : "data");

    /// <summary>Whether this process is one of several on the same database, so that what all need must lie there too.</summary>
    public static bool HasSeveralNodes(IConfiguration configuration) =>
        configuration["Cluster:Mode"] is { Length: > 0 } mode && !mode.Equals("Single", StringComparison.OrdinalIgnoreCase);

    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration)
    {
        var path = PathOf(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Ids>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton(provider => new BizQDatabase(configuration.GetConnectionString("BizQ"), path, provider.GetRequiredService<ChangeFeed>()));
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<MigrateDatabase>();
        services.AddSingleton(_ => new Archive(path));
        services.AddSingleton<IWorkingPart>(provider => provider.GetRequiredService<Archive>());
        return services;
    }
}
