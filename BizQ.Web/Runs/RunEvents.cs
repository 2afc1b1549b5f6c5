using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Runs;

/// <summary>Live progress of one run for programs: an event with the whole run for each change, the last one when it has ended.</summary>
internal static class RunEvents
{
    // Proxies close what stays silent for a minute; a repeated state also tells a client that we are still here.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);

    public static async Task<IResult> Stream(Guid id, HttpContext http, ReadRun read, ChangeFeed feed, TimeProvider clock, IHostApplicationLifetime life)
    {
        var actor = http.User.ToActor()!;
        var first = await read.Outline(actor, id, http.RequestAborted);
        return first.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.ServerSentEvents(Follow(actor, id, read, feed, clock, life.ApplicationStopping, http.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<RunView>> Follow(
        Actor actor, Guid id, ReadRun read, ChangeFeed feed, TimeProvider clock, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancel)
    {
        // One place: however much changed meanwhile, the next event says how it stands now.
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(actor.WorkspaceId, change =>
        {
            if (change.IsAbout("runs", id))
                changed.Writer.TryWrite(true);
        });
        // A node that stops says how it stands once more and ends; the client asks again and meets another one.
        await using var end = stopping.Register(() => changed.Writer.TryWrite(true));
        await using var heartbeat = clock.CreateTimer(_ => changed.Writer.TryWrite(true), null, Heartbeat, Heartbeat);
        while (true)
        {
            var now = await read.Outline(actor, id, cancel);
            if (!now.Ok)
                yield break;
            yield return new SseItem<RunView>(RunView.Of(now.Value), "run");
            if (now.Value.Run.Ended || stopping.IsCancellationRequested)
                yield break;
            await changed.Reader.ReadAsync(cancel);
        }
    }
}
