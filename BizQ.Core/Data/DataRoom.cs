using BizQ.Core.Data.Archiving;
using BizQ.Core.Data.Rows;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BizQ.Core.Data;

/// <summary>Where the archive lies: a file of one node, or the database that several share.</summary>
public enum ArchivePlace { File, Database }

public static class DataRoom
{
    /// <summary>The folder of everything that is not in the database.</summary>
    public static string PathOf(IConfiguration configuration) =>
        Path.GetFullPath(configuration["Data:Path"] is { Length: > 0 } given ? given : "data");

    /// <summary>Whether this process is one of several on the same database, so that what all need must lie there too.</summary>
    public static bool HasSeveralNodes(IConfiguration configuration) =>
        configuration["Cluster:Mode"] is { Length: > 0 } mode && !mode.Equals("Single", StringComparison.OrdinalIgnoreCase);

    private static bool ArchiveIsTable(IConfiguration configuration) => configuration["Data:Archive"] switch
    {
        null or "" => HasSeveralNodes(configuration),
        var where when where.Equals("Database", StringComparison.OrdinalIgnoreCase) => true,
        var where when where.Equals("File", StringComparison.OrdinalIgnoreCase) => false,
        var where => throw new InvalidOperationException($"Failed to convert configuration value '{where}' at 'Data:Archive' to type '{typeof(ArchivePlace).FullName}'."),
    };

    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration)
    {
        var path = PathOf(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Ids>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton(provider => new BizQDatabase(configuration.GetConnectionString("BizQ"), path, provider.GetRequiredService<ChangeFeed>()));
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<MigrateDatabase>();
        services.AddSingleton<Archive>(provider => ArchiveIsTable(configuration) ? new TableArchive(provider.GetRequiredService<BizQDatabase>()) : new FileArchive(path));
        services.AddSingleton<IWorkingPart>(provider => provider.GetRequiredService<Archive>());
        return services;
    }
}
