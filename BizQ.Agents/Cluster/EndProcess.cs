using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Cluster;

/// <summary>
/// What Orleans does when it cannot go on, which is above all when the other nodes have given this one up because it was asleep or
/// cut off. Its runs are theirs by then. So it ends at once, before anything else of it acts, and whatever watches over
/// it (systemd, Docker) starts it anew.
/// </summary>
internal sealed class EndProcess(ILogger<EndProcess> log) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        log.LogCritical(exception, "This node cannot go on and ends now: {Reason}", context);
        // Not Environment.Exit, which waits for others: what this process still does after this moment is too much.
        using var me = Process.GetCurrentProcess();
        me.Kill();
    }
}
