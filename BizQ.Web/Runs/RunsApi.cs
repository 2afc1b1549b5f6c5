using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Runs.Steering;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Runs;

public static class RunsApi
{
    public static void MapRunsApi(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("/", List).WithSummary("Runs, newest first; narrow by status, agent, type, the time they began and words in the title").Produces<Page<RunRow>>();
        runs.MapGet("/{id:guid}", Read).WithSummary("One run with its effects, approvals and who asked what of it").Produces<RunView>();
        runs.MapGet("/{id:guid}/steps", Steps).WithSummary("The steps of a run in the order they were recorded; ?path= for those of one round of a loop, empty for those outside")
            .WithDescription("Input and output of a step are left out of the list when they are larger than 100 kB together; inputBytes and outputBytes say so, and the step by itself has them. What is larger than 1 MiB is answered as { \"$archived\": { \"bytes\", \"url\" } } everywhere: the url has all of it.")
            .Produces<Page<StepView>>();
        runs.MapGet("/{id:guid}/rounds", ReadRounds).WithSummary("The rounds of a loop of a run, oldest first: ?loop= names its node, behind the round it is in itself").Produces<RoundPage>();
        runs.MapGet("/{id:guid}/steps/{step:guid}", Step).WithSummary("One step with all it took and made").Produces<StepView>();
        runs.MapGet("/{id:guid}/steps/{step:guid}/{part:regex(^(input|output)$)}", Part).WithSummary("What a step took (input) or made (output), by itself, as a file").Produces<JsonElement>();
        runs.MapGet("/{id:guid}/{part:regex(^(input|output)$)}", RunPart).WithSummary("What a run was given (input) or came to (output), by itself, as a file").Produces<JsonElement>();
        runs.MapGet("/{id:guid}/events", RunEvents.Stream).WithSummary("The run as server-sent events, one for each change, until it ends");
        runs.MapSteering();
    }

    private static async Task<IResult> List(
        HttpContext http, ListRuns list, string[]? status, [FromQuery(Name = "agent")] Guid? agentId, string? type, string? q,
        DateTimeOffset? since, DateTimeOffset? until, [FromQuery(Name = "parent")] Guid? parentId, int? limit, string? cursor)
    {
        var states = StatesOf(status);
        if (states.Refusal is { } refusal)
            return refusal.ToProblem();
        var filter = new RunFilter(states.Value, agentId, type, q, limit, cursor) { Since = since, Until = until, ParentId = parentId };
        return (await list.Run(http.User.ToActor()!, filter, http.RequestAborted)).ToHttp();
    }

    /// <summary>States as the API writes them; binding the enum itself would take only the names of the code.</summary>
    private static Outcome<IReadOnlyList<RunStatus>?> StatesOf(string[]? names)
    {
        if (names is not { Length: > 0 })
            return (List<RunStatus>?)null;
        var known = Enum.GetValues<RunStatus>().ToDictionary(RunWords.Name);
        return Array.Find(names, name => !known.ContainsKey(name)) is { } unknown
            ? Refusal.Invalid("badParameter", $"\"{unknown}\" is no state of a run; there are {string.Join(", ", known.Keys)}.")
            : names.Select(name => known[name]).ToList();
    }

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadRun read) =>
        (await read.Outline(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(detail => Results.Json(RunView.Of(detail), Json.Options));

    private static async Task<IResult> Steps(Guid id, HttpContext http, ListSteps list, string? path, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new StepFilter(id, path, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<StepView>([.. page.Items.Select(StepView.Of)], page.Next), Json.Options));

    private static async Task<IResult> ReadRounds(Guid id, HttpContext http, ListRounds list, string? loop, bool? failed, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new RoundFilter(id, loop ?? "", failed ?? false, limit, cursor), http.RequestAborted)).ToHttp();

    private static async Task<IResult> Step(Guid id, Guid step, HttpContext http, ReadStep read) =>
        (await read.Run(http.User.ToActor()!, id, step, http.RequestAborted)).ToHttp(detail => Results.Json(StepView.Of(detail.Step), Json.Options));

    private static async Task<IResult> RunPart(Guid id, string part, HttpContext http, ReadPayload read) =>
        (await read.OfRun(http.User.ToActor()!, id, PartOf(part), http.RequestAborted)).ToHttp(payload => File(http, $"{payload.Of}-{part}", payload.Value));

    private static async Task<IResult> Part(Guid id, Guid step, string part, HttpContext http, ReadPayload read) =>
        (await read.OfStep(http.User.ToActor()!, id, step, PartOf(part), http.RequestAborted)).ToHttp(payload => File(http, $"{payload.Of}-{part}", payload.Value));

    private static PayloadPart PartOf(string part) => part == "input" ? PayloadPart.Input : PayloadPart.Output;

    private static IResult File(HttpContext http, string name, JsonElement? value)
    {
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.json\"";
        return Results.Json(value, Json.Indented);
    }
}
