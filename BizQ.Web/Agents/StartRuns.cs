using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using BizQ.Core;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Runs;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Agents;

/// <summary>Starts a run over the API, and waits for its end where that is asked for.</summary>
internal static class StartRuns
{
    /// <summary>Longer is what the events of a run are for; proxies cut a silent request at a minute.</summary>
    private const int MostSeconds = 60;

    private static readonly string[] Known = ["input", "title", "mail", "kind"];

    public static async Task<IResult> Start(
        Guid id, HttpContext http, StartRun start, ReadRun read, ChangeFeed changes, Ids ids, TimeProvider clock, IHostApplicationLifetime life, JsonElement? body,
        [FromHeader(Name = "Idempotency-Key")] string? key, string? wait)
    {
        var actor = http.User.ToActor()!;
        if (SecondsOf(wait) is not { } seconds)
            return Refusal.Invalid("badWait", $"wait must be a number of seconds from 1 to {MostSeconds}, such as 30s.").ToProblem();
        var hops = Hops.After(http.Request.Headers[Hops.Header]);
        if (hops.Refusal is { } badHops)
            return badHops.ToProblem();
        var request = new StartRunRequest(id, "api", TitleOf(body, actor), TriggerOf(body), key ?? ids.New().ToString()) { Hops = hops.Value };
        var started = await start.Run(actor, request, http.RequestAborted);
        if (started.Refusal is { } refusal)
            return refusal.ToProblem();
        var run = seconds == 0 ? started.Value : await Settled(actor, started.Value, read, changes, TimeSpan.FromSeconds(seconds), clock, life.ApplicationStopping, http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/runs/{run.Id}";
        return Results.Json(RunView.Of(run), Json.Options, statusCode: run.Ended ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    /// <summary>The run once it has ended, waits for a person or is parked; otherwise as it is when the time is up.</summary>
    private static async Task<Run> Settled(Actor actor, Run run, ReadRun read, ChangeFeed changes, TimeSpan most, TimeProvider clock, CancellationToken stopping, CancellationToken stop)
    {
        // One place: however much changed meanwhile, the run is looked at once. Listening begins before the first look.
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var listening = changes.Subscribe(actor.WorkspaceId, change =>
        {
            if (change.IsAbout("runs", run.Id))
                changed.Writer.TryWrite(true);
        });
        // The end of the time, or of this node, is one more reason to look, and the last.
        var over = false;
        await using var leaving = stopping.Register(() => { Volatile.Write(ref over, true); changed.Writer.TryWrite(true); });
        await using var end = clock.CreateTimer(_ => { Volatile.Write(ref over, true); changed.Writer.TryWrite(true); }, null, most, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var last = Volatile.Read(ref over);
            var now = await read.Outline(actor, run.Id, stop);
            if (!now.Ok || last || now.Value.Run.Ended || now.Value.Run.Status is RunStatus.Parked or RunStatus.WaitingForApproval)
                return now.Ok ? now.Value.Run : run;
            await changed.Reader.ReadAsync(stop);
        }
    }

    private static string TitleOf(JsonElement? body, Actor actor) =>
        Text(body, "title") ?? (Mail(body) is { } mail ? Text(mail, "subject") : null) ?? $"Started by {actor.Name}";

    /// <summary>A mail-shaped body is what a mail would have brought; one that names its input hands that over; anything else is the input.</summary>
    private static JsonElement TriggerOf(JsonElement? body)
    {
        if (Mail(body) is { } mail)
            return Json.Element(new { kind = "mail", mail });
        if (body is { ValueKind: JsonValueKind.Object } named && named.TryGetProperty("input", out var input) && named.EnumerateObject().All(part => Known.Contains(part.Name)))
            return Json.Element(new { kind = "api", input });
        // No body at all comes as an element without a value.
        return Json.Element(new { kind = "api", input = body is { ValueKind: not JsonValueKind.Undefined } given ? given : Json.EmptyObject });
    }

    private static JsonElement? Mail(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("mail", out var mail) && mail.ValueKind == JsonValueKind.Object ? mail : null;

    private static string? Text(JsonElement? value, string name) =>
        value is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(text.GetString()) ? text.GetString() : null;

    private static int? SecondsOf(string? wait)
    {
        if (string.IsNullOrEmpty(wait))
            return 0;
        var number = wait.EndsWith('s') ? wait[..^1] : wait;
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MostSeconds ? seconds : null;
    }
}
