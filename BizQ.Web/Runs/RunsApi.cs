using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Runs;

public static class RunsApi
{
    public static void MapRunsApi(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("/", List).WithSummary("Runs, newest first; narrow by status, agent, type and words in the title");
        runs.MapGet("/{id:guid}", Read).WithSummary("One run with its effects and approvals");
        runs.MapGet("/{id:guid}/steps", Steps).WithSummary("The steps of a run in the order they were recorded");
        runs.MapGet("/{id:guid}/events", RunEvents.Stream).WithSummary("The run as server-sent events, one for each change, until it ends");
        runs.MapPost("/{id:guid}/cancel", (Guid id, HttpContext http, CancelRun cancelRun) => Change(http, actor => cancelRun.Run(actor, id, http.RequestAborted)))
            .WithSummary("End a run now");
        runs.MapPost("/{id:guid}/retry", (Guid id, HttpContext http, RetryRun retryRun) => Change(http, actor => retryRun.Run(actor, id, http.RequestAborted)))
            .WithSummary("Let a failed or parked run go on where it stopped");
    }

    private static async Task<IResult> List(
        HttpContext http, ListRuns list, RunStatus[]? status, [FromQuery(Name = "agent")] Guid? agentId, string? type, string? q, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new RunFilter(status, agentId, type, q, limit, cursor), http.RequestAborted)).ToHttp();

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadRun read) =>
        (await read.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(detail => Results.Json(RunView.Of(detail), Json.Options));

    private static async Task<IResult> Steps(Guid id, HttpContext http, ReadRun read) =>
        (await read.Run(http.User.ToActor()!, id, http.RequestAborted))
        .ToHttp(detail => Results.Json(new Page<StepView>([.. detail.Steps.Select(StepView.Of)], null), Json.Options));

    private static async Task<IResult> Change(HttpContext http, Func<Actor, Task<Outcome<Run>>> change) =>
        (await change(http.User.ToActor()!)).ToHttp(run => Results.Json(RunView.Of(run), Json.Options));
}
