using BizQ.Core.Data;
using BizQ.Core.Triggers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>Drops the signatures of webhooks that are too old to be replayed: their time alone refuses them.</summary>
[DisallowConcurrentExecution]
public sealed class ForgetSignatures(BizQDatabase database, TimeProvider clock, ILogger<ForgetSignatures> log) : IJob
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Run(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogError(problem, "Used signatures of webhooks could not be dropped; it is tried again in {Minutes} min", Every.TotalMinutes);
        }
    }

    /// <summary>Returns how many. A signature may be from the future by a window, and is fresh for one more.</summary>
    public async Task<int> Run(CancellationToken cancel)
    {
        var old = clock.GetUtcNow() - (2 * HookSecrets.Window);
        await using var db = database.OpenUnscoped();
        return await db.HookSignatures.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).Where(s => s.SeenAt < old).ExecuteDeleteAsync(cancel);
    }
}
