using System.Collections.Concurrent;
using System.Diagnostics;
using BizQ.Bench.Runs;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Bench.Mail;

/// <summary>How a mail ended: answered, waiting for a person, refused by name, or none of these.</summary>
internal enum MailEnd { Answered, Waiting, Refused, Failed }

/// <param name="Ms">From handing it in until it waited, or was refused.</param>
internal sealed record MailEnded(MailEnd End, double Ms, string? Why);

/// <summary>Hands mails in, decides on the answers as a person would, and says how each ended.</summary>
internal sealed class SupportDesk : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly BenchHost _host;
    private readonly ReceiveMail _receive;
    private readonly DecideApproval _decide;
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _changed = new();
    private readonly IDisposable _listening;

    public SupportDesk(BenchHost host)
    {
        (_host, _receive, _decide) = (host, host.Get<ReceiveMail>(), host.Get<DecideApproval>());
        _listening = host.Changes.Subscribe(host.Owner.WorkspaceId, change =>
        {
            if (change.Room == "runs")
                Changed(change.Id).Release();
        });
    }

    public async Task<MailEnded> Take(byte[] mail, bool approve, CancellationToken cancel)
    {
        var handedIn = Stopwatch.GetTimestamp();
        var received = await _receive.Run(_host.Owner, mail, null, cancel);
        if (received.Refusal is { } refusal)
            return new(MailEnd.Failed, 0, refusal.Message);
        if (received.Value.Runs.Count == 0)
            return new(MailEnd.Refused, Stopwatch.GetElapsedTime(handedIn).TotalMilliseconds, received.Value.NotAnswered?.ToString());
        var run = await Rested(received.Value.Runs[0], cancel);
        var ms = Stopwatch.GetElapsedTime(handedIn).TotalMilliseconds;
        if (approve && run.Status == RunStatus.WaitingForApproval)
        {
            await Approve(run.Id, cancel);
            run = await Rested(run.Id, cancel);
        }
        return await EndOf(run, ms, cancel);
    }

    public void Dispose() => _listening.Dispose();

    private async Task Approve(Guid run, CancellationToken cancel)
    {
        await using var db = _host.Database.Open(_host.Owner.WorkspaceId);
        var asked = await db.Approvals.AsNoTracking().FirstAsync(a => a.RunId == run && a.State == ApprovalState.Open, cancel);
        var decided = await _decide.Run(_host.Owner, new DecideRequest(asked.Id, true, null, null, asked.Hash), cancel);
        if (decided.Refusal is { } refusal)
            throw new CouldNotRunException($"An answer could not be approved: {refusal.Message}");
    }

    private async Task<MailEnded> EndOf(Run run, double ms, CancellationToken cancel)
    {
        await using var db = _host.Database.Open(_host.Owner.WorkspaceId);
        var answer = await db.Effects.AsNoTracking().Where(e => e.RunId == run.Id).OrderBy(e => e.Id).LastOrDefaultAsync(cancel);
        return (run.Status, answer?.State) switch
        {
            // Answered counts even where a colleague is still to take something up.
            (_, EffectState.Done) => new(MailEnd.Answered, ms, null),
            (RunStatus.WaitingForApproval, _) => new(MailEnd.Waiting, ms, null),
            (_, EffectState.Blocked) => new(MailEnd.Refused, ms, "blocked"),
            _ => new(MailEnd.Failed, ms, $"{run.Status}: {run.Error}"),
        };
    }

    private async Task<Run> Rested(Guid id, CancellationToken cancel)
    {
        while (true)
        {
            await using (var db = _host.Database.Open(_host.Owner.WorkspaceId))
            {
                var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id, cancel);
                if (run.Status is not (RunStatus.Queued or RunStatus.Running))
                    return run;
            }
            if (!await Changed(id).WaitAsync(Patience, cancel))
                throw new CouldNotRunException($"Run {id} has not moved for {Patience.TotalSeconds:0} s.");
        }
    }

    private SemaphoreSlim Changed(Guid run) => _changed.GetOrAdd(run, _ => new SemaphoreSlim(0));
}
