using BizQ.Core.Mail;
using Microsoft.Extensions.Logging;
using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>Looks into the inbox folder. One look at a time, and the next one 2 s after the last has ended.</summary>
[DisallowConcurrentExecution]
internal sealed class PollInbox(InboxPickup inbox, ILogger<PollInbox> log) : IJob
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await inbox.Run(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogError(problem, "Looking into the inbox failed; it is tried again in {Seconds} s", Every.TotalSeconds);
        }
    }
}
