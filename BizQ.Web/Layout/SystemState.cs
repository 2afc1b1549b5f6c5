using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BizQ.Web.Layout;

/// <summary>The last report of the health checks, published by the framework every 30 s, as the frame shows it.</summary>
public sealed class SystemState : IHealthCheckPublisher
{
    public event Action? Changed;

    public bool Well { get; private set; } = true;

    public string Words { get; private set; } = "starting";

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var ill = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToList();
        Well = ill.Count == 0;
        var words = Well ? "all parts work" : string.Join("; ", ill.Select(entry => $"{entry.Key}: {entry.Value.Description ?? "does not answer"}"));
        if (words != Words)
        {
            Words = words;
            Changed?.Invoke();
        }
        return Task.CompletedTask;
    }
}
