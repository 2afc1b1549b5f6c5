using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Runs.Steering;

/// <param name="From">"failed" (the default): go on where it stopped. "start": do it again as a new run.</param>
/// <param name="Version">"same" (the default) or "newest".</param>
public sealed record RetryBody(string? From = null, string? Version = null);

/// <param name="Input">What it is given instead; left out for the same.</param>
public sealed record RepeatBody(JsonElement? Input = null, string? Version = null);

/// <param name="Ids">Which runs; or a filter instead.</param>
public sealed record ManyBody(IReadOnlyList<Guid>? Ids = null, ManyFilter? Filter = null, string? From = null, string? Version = null);

/// <summary>Runs by what they have in common, as GET /runs narrows them.</summary>
public sealed record ManyFilter(IReadOnlyList<RunStatus>? Status = null, Guid? Agent = null, string? Type = null, string? Q = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null);

/// <summary>How programs steer runs.</summary>
internal static class SteeringApi
{
    public static void MapSteering(this RouteGroupBuilder runs)
    {
        runs.MapPost("/{id:guid}/cancel", Cancel).WithSummary("End a run: what is busy may finish, nothing new starts; asked again or with ?force=true it ends at once").Produces<RunView>();
        runs.MapPost("/{id:guid}/retry", Retry).WithSummary("Let a failed, parked or cancelled run go on where it stopped, or start it again")
            .WithDescription("{ \"from\": \"failed\" | \"start\", \"version\": \"same\" | \"newest\" }. From the start makes a new run and answers 202 with it.").Produces<RunView>();
        runs.MapPost("/{id:guid}/rerun", Rerun).WithSummary("Do an ended run again as a new run, with another input if one is given").Produces<RunView>(StatusCodes.Status202Accepted);
        runs.MapPost("/{id:guid}/rehearse", Rehearse).WithSummary("Do a run again without anything leaving: actions are judged and never taken").Produces<RunView>(StatusCodes.Status202Accepted);
        runs.MapGet("/{id:guid}/differences", Differences).WithSummary("A repeated or rehearsed run beside the one it repeats, step by step").Produces<ComparedView>();
        runs.MapPost("/cancel", CancelMany).WithSummary($"End many runs, by ids or by filter, at most {ChangeRuns.Most} at once; says which were refused and why").Produces<ChangedRuns>();
        runs.MapPost("/retry", RetryMany).WithSummary($"Retry many runs, by ids or by filter, at most {ChangeRuns.Most} at once; says which were refused and why").Produces<ChangedRuns>();
    }

    private static async Task<IResult> Cancel(Guid id, HttpContext http, CancelRun cancelRun, bool? force) =>
        (await cancelRun.Run(Actor(http), id, force ?? false, http.RequestAborted)).ToHttp(Shown);

    private static async Task<IResult> Retry(Guid id, HttpContext http, RetryRun retryRun, RepeatRun repeat, RetryBody? body, [FromHeader(Name = "Idempotency-Key")] string? key)
    {
        var (newest, start) = (Newest(body?.Version), FromStart(body?.From));
        if ((newest.Refusal ?? start.Refusal) is { } refusal)
            return refusal.ToProblem();
        return start.Value
            ? (await repeat.Run(Actor(http), new RepeatRunRequest(id, Newest: newest.Value, IdempotencyKey: key), http.RequestAborted)).ToHttp(run => Accepted(http, run))
            : (await retryRun.Run(Actor(http), new RetryRunRequest(id, newest.Value), http.RequestAborted)).ToHttp(Shown);
    }

    private static Task<IResult> Rerun(Guid id, HttpContext http, RepeatRun repeat, RepeatBody? body, [FromHeader(Name = "Idempotency-Key")] string? key) =>
        Repeat(id, http, repeat, body, rehearse: false, key);

    private static Task<IResult> Rehearse(Guid id, HttpContext http, RepeatRun repeat, RepeatBody? body, [FromHeader(Name = "Idempotency-Key")] string? key) =>
        Repeat(id, http, repeat, body, rehearse: true, key);

    private static async Task<IResult> Repeat(Guid id, HttpContext http, RepeatRun repeat, RepeatBody? body, bool rehearse, string? key)
    {
        var newest = Newest(body?.Version);
        if (newest.Refusal is { } refusal)
            return refusal.ToProblem();
        var input = body?.Input is { ValueKind: not JsonValueKind.Undefined } given ? given : (JsonElement?)null;
        return (await repeat.Run(Actor(http), new RepeatRunRequest(id, input, newest.Value, rehearse, key), http.RequestAborted)).ToHttp(run => Accepted(http, run));
    }

    private static async Task<IResult> Differences(Guid id, HttpContext http, CompareRuns compare) =>
        (await compare.Run(Actor(http), id, http.RequestAborted)).ToHttp(compared => Results.Json(ComparedView.Of(compared), Json.Options));

    private static async Task<IResult> CancelMany(HttpContext http, ChangeRuns change, ManyBody body, bool? force) =>
        (await change.Run(Actor(http), new ChangeRunsRequest(RunChange.Cancel, body.Ids, FilterOf(body.Filter), force ?? false), null, http.RequestAborted)).ToHttp();

    private static async Task<IResult> RetryMany(HttpContext http, ChangeRuns change, ManyBody body)
    {
        var (newest, start) = (Newest(body.Version), FromStart(body.From));
        if ((newest.Refusal ?? start.Refusal) is { } refusal)
            return refusal.ToProblem();
        var what = start.Value ? RunChange.Restart : RunChange.Retry;
        return (await change.Run(Actor(http), new ChangeRunsRequest(what, body.Ids, FilterOf(body.Filter), Newest: newest.Value), null, http.RequestAborted)).ToHttp();
    }

    private static RunFilter? FilterOf(ManyFilter? filter) =>
        filter is null ? null : new RunFilter(filter.Status, filter.Agent, filter.Type, filter.Q) { Since = filter.Since, Until = filter.Until };

    private static Outcome<bool> Newest(string? version) => version switch
    {
        null or "same" => false,
        "newest" => true,
        _ => Refusal.Invalid("badVersion", "version is \"same\" or \"newest\".", new Problem("/version", "Either \"same\" or \"newest\".")),
    };

    private static Outcome<bool> FromStart(string? from) => from switch
    {
        null or "failed" => false,
        "start" => true,
        _ => Refusal.Invalid("badFrom", "from is \"failed\" or \"start\".", new Problem("/from", "Either \"failed\" or \"start\".")),
    };

    private static IResult Accepted(HttpContext http, Run run)
    {
        http.Response.Headers.Location = $"/api/v1/runs/{run.Id}";
        return Results.Json(RunView.Of(run), Json.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static IResult Shown(Run run) => Results.Json(RunView.Of(run), Json.Options);

    private static Actor Actor(HttpContext http) => http.User.ToActor()!;
}
