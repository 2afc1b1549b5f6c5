using System.Text.Json;
using System.Threading.Channels;
using BizQ.Core;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
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

    public static async Task<IResult> Start(
        Guid id, HttpContext http, StartRun start, ReadRun read, ChangeFeed changes, Ids ids, TimeProvider clock, JsonElement input,
        [FromHeader(Name = "Idempotency-Key")] string? key, string? wait)
    {
        var actor = http.User.ToActor()!;
        if (SecondsOf(wait) is not { } seconds)
            return Refusal.Invalid("badWait", $"wait must be a number of seconds from 1 to {MostSeconds}, such as 30s.").ToProblem();
        var request = new StartRunRequest(id, "api", TitleOf(input, actor), TriggerOf(input), key ?? ids.New().ToString());
        // Listening begins before the run does, so that no change is missed in between.
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var listening = changes.Subscribe(actor.WorkspaceId, change => changed.Writer.TryWrite(true));
        var started = await start.Run(actor, request, http.RequestAborted);
        if (started.Refusal is { } refusal)
            return refusal.ToProblem();
        var run = seconds == 0 ? started.Value : await Ended(actor, started.Value, read, changed.Reader, TimeSpan.FromSeconds(seconds), clock, http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/runs/{run.Id}";
        return Results.Json(RunView.Of(run), Json.Options, statusCode: run.Ended ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    /// <summary>The run when it has ended, waits for a person or is parked; otherwise as it is when the time is up.</summary>
    private static async Task<Run> Ended(Actor actor, Run run, ReadRun read, ChannelReader<bool> changed, TimeSpan most, TimeProvider clock, CancellationToken stop)
    {
        using var tooLong = new CancellationTokenSource(most, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, stop);
        try
        {
            while (true)
            {
                var now = await read.Run(actor, run.Id, both.Token);
                if (!now.Ok)
                    return run;
                run = now.Value.Run;
                if (run.Ended || run.Status is RunStatus.Parked or RunStatus.WaitingForApproval)
                    return run;
                await changed.ReadAsync(both.Token);
            }
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return run;
        }
    }

    private static string TitleOf(JsonElement input, Actor actor) =>
        Text(input, "title") ?? (input.ValueKind == JsonValueKind.Object && input.TryGetProperty("mail", out var mail) ? Text(mail, "subject") : null) ?? $"Started by {actor.Name}";

    /// <summary>A mail-shaped input is what a mail would have brought; anything else is handed over as it is.</summary>
    private static JsonElement TriggerOf(JsonElement input) => input.ValueKind == JsonValueKind.Object && input.TryGetProperty("mail", out var mail) && mail.ValueKind == JsonValueKind.Object
        ? Json.Element(new { kind = "mail", mail })
        : Json.Element(new { kind = "api", input });

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(text.GetString()) ? text.GetString() : null;

    private static int? SecondsOf(string? wait)
    {
        if (string.IsNullOrEmpty(wait))
            return 0;
        return int.TryParse(wait.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MostSeconds ? seconds : null;
    }
}
