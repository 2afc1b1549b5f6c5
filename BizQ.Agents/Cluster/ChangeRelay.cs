using System.Threading.Channels;
using BizQ.Core;
using BizQ.Core.Monitoring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Cluster;

/// <summary>What carries short texts between the nodes of a cluster; stands for something outside this process.</summary>
public interface IChangeWire
{
    /// <summary>Hands the texts over, once.</summary>
    Task Send(IReadOnlyList<string> payloads, CancellationToken cancel);

    /// <summary>Calls <paramref name="connected"/> whenever it begins to hear, <paramref name="heard"/> for each text, and throws when the connection is lost.</summary>
    Task Listen(Action connected, Action<string> heard, CancellationToken cancel);
}

/// <summary>
/// Carries what this node commits to the others and theirs here. A first change goes at once; what comes while it is on its way
/// goes together with the next. What could not be sent is sent later, and who could not hear for a while is told that anything may have changed.
/// </summary>
public sealed class ChangeRelay(ChangeFeed feed, IChangeWire wire, Ids ids, TimeProvider clock, ILogger<ChangeRelay> log) : BackgroundService
{
    /// <summary>Waiting changes beyond this become "anything" of their workspace: the others will load again all the same.</summary>
    private const int MostWaiting = 5000;

    /// <summary>The least time between two sendings: nobody sees a page change sooner, and a busy node sends 50 times a second and not 5000.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Guid _me = ids.New();
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private HashSet<Change> _waiting = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var here = feed.SubscribeHere(change => Add([change]));
        await Task.WhenAll(
            Again("send changes to", cancel => SendAll(cancel), stoppingToken),
            Again("hear changes of", cancel => wire.Listen(feed.HearAnything, Hear, cancel), stoppingToken));
    }

    private void Add(IEnumerable<Change> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!_waiting.Contains(Change.Anything(change.WorkspaceId)))
                    _waiting.Add(change);
            }
            if (_waiting.Count > MostWaiting)
                _waiting = [.. _waiting.Select(change => Change.Anything(change.WorkspaceId))];
        }
        _signal.Writer.TryWrite(true);
    }

    private async Task SendAll(CancellationToken cancel)
    {
        while (await _signal.Reader.ReadAsync(cancel))
        {
            HashSet<Change> taken;
            lock (_gate)
                (taken, _waiting) = (_waiting, []);
            try
            {
                await wire.Send(ChangePayload.Pack(_me, taken), cancel);
            }
            catch
            {
                Add(taken);
                throw;
            }
            await Task.Delay(Gap, clock, cancel);
        }
    }

    private void Hear(string payload)
    {
        if (ChangePayload.Unpack(payload) is not { } message)
        {
            log.LogWarning("A change of another node could not be read; pages here load again");
            feed.HearAnything();
            return;
        }
        if (message.Sender == _me)
            return;
        foreach (var change in message.Changes)
            feed.Hear(change);
    }

    /// <summary>Goes on after every failure, the sooner the rarer they are.</summary>
    private async Task Again(string what, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        var pause = ShortestPause;
        while (!cancel.IsCancellationRequested)
        {
            var since = clock.GetTimestamp();
            try
            {
                await work(cancel);
            }
            catch (Exception problem) when (!cancel.IsCancellationRequested)
            {
                log.LogWarning("Could not {What} the other nodes: {Problem} Trying again", what, problem.GetBaseException().Message);
            }
            catch (Exception stopped)
            {
                log.LogDebug(stopped, "Stopped to {What} the other nodes", what);
                return;
            }
            if (clock.GetElapsedTime(since) > LongestPause)
                pause = ShortestPause;
            await Task.Delay(pause, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
