using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Hosting;

/// <summary>The database answers a query.</summary>
internal sealed class DatabaseHealth(BizQDatabase database, ILogger<DatabaseHealth> log) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = database.OpenUnscoped();
            await db.Installations.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            log.LogWarning(problem, "The database does not answer");
            return HealthCheckResult.Unhealthy("does not answer");
        }
    }
}

/// <summary>The data folder (archive, inbox, outbox, keys) can be written and has room.</summary>
internal sealed class FilesHealth(BizQDatabase database, ILogger<FilesHealth> log) : IHealthCheck
{
    // Twice the largest mail, many times over: time to act before the first mail is refused.
    private const long LeastFreeBytes = 256L * 1024 * 1024;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await File.WriteAllTextAsync(Path.Combine(database.DataPath, "health.tmp"), "", cancellationToken);
            var free = new DriveInfo(database.DataPath).AvailableFreeSpace;
            return free >= LeastFreeBytes
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"only {free / (1024 * 1024)} MB are free");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(problem, "The data folder cannot be written");
            return HealthCheckResult.Unhealthy("cannot be written");
        }
    }
}

/// <summary>Every part that says of itself whether it works gets a check under its name.</summary>
internal sealed class PartsHealth(IEnumerable<IWorkingPart> parts) : IConfigureOptions<HealthCheckServiceOptions>
{
    public void Configure(HealthCheckServiceOptions options)
    {
        foreach (var part in parts)
            options.Registrations.Add(new HealthCheckRegistration(part.Part, new PartHealth(part), HealthStatus.Unhealthy, tags: null));
    }

    private sealed class PartHealth(IWorkingPart part) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await part.Problem(cancellationToken) is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy();
    }
}
