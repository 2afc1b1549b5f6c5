using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Agents;

/// <param name="Version">The number of the version to run again.</param>
public sealed record RollbackBody(int Version);

public static class AgentsApi
{
    public static void MapAgentsApi(this RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("Agents");
        agents.MapGet("/", List).WithSummary("Agents, newest first; narrow by status and words in name or purpose");
        agents.MapGet("/schema", (DefinitionSchema schema) => Results.Json(schema.Whole, Json.Options)).WithSummary("JSON Schema of an agent definition");
        agents.MapPost("/", (HttpContext http, SaveAgent save, JsonElement definition, string? note) => Save(http, save, null, definition, note)).WithSummary("Make an agent from a definition");
        agents.MapGet("/{id:guid}", Read).WithSummary("An agent with the definition that runs");
        agents.MapGet("/{id:guid}/status", Status).WithSummary("How an agent is doing: runs, success rate, waiting approvals");
        agents.MapPut("/{id:guid}", Change).WithSummary("Save a new version (If-Match refuses to overwrite somebody else's)");
        agents.MapPost("/{id:guid}/versions", Change).WithSummary("Save a new version (If-Match refuses to overwrite somebody else's)");
        agents.MapGet("/{id:guid}/versions", Versions).WithSummary("The versions of an agent, newest first");
        agents.MapGet("/{id:guid}/versions/{number:int}", Version).WithSummary("One version with its definition");
        agents.MapPost("/{id:guid}/rollback", Rollback).WithSummary("Let an older version run again");
        agents.MapPost("/{id:guid}/pause", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, true)).WithSummary("Take no new work");
        agents.MapPost("/{id:guid}/resume", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, false)).WithSummary("Work again");
        agents.MapPost("/{id:guid}/runs", StartRuns.Start).WithSummary("Start a run; the same Idempotency-Key again answers with the same run, ?wait=30s waits for its end");
    }

    private static async Task<IResult> List(HttpContext http, ListAgents list, string? q, AgentStatus? status, int? limit, string? cursor) =>
        (await list.Run(Actor(http), new ListAgentsRequest(q, status, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<AgentView>([.. page.Items.Select(AgentView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, http.RequestAborted)).ToHttp(detail => Shown(http, detail.Agent, detail.Current, detail.Health));

    private static async Task<IResult> Status(Guid id, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, http.RequestAborted)).ToHttp(detail => Results.Json(AgentStatusView.Of(detail), Json.Options));

    private static Task<IResult> Change(Guid id, HttpContext http, SaveAgent save, JsonElement definition, string? note) => Save(http, save, id, definition, note);

    private static async Task<IResult> Save(HttpContext http, SaveAgent save, Guid? id, JsonElement definition, string? note)
    {
        var expected = IfMatch(http);
        if (expected.Refusal is { } refusal)
            return refusal.ToProblem();
        return (await save.Run(Actor(http), new SaveAgentRequest(id, definition, note, expected.Value), http.RequestAborted)).ToHttp(saved =>
        {
            if (id is null)
                http.Response.Headers.Location = $"/api/v1/agents/{saved.Agent.Id}";
            return Shown(http, saved.Agent, saved.Version, null, id is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private static async Task<IResult> Versions(Guid id, HttpContext http, ListVersions list, int? limit, string? cursor) =>
        (await list.Run(Actor(http), id, limit, cursor, http.RequestAborted)).ToHttp();

    private static async Task<IResult> Version(Guid id, int number, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, number, http.RequestAborted)).ToHttp(detail => Results.Json(VersionView.Of(detail.Current!), Json.Options));

    private static async Task<IResult> Rollback(Guid id, RollbackBody body, HttpContext http, RollbackAgent rollback)
    {
        var expected = IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await rollback.Run(Actor(http), id, body.Version, expected.Value, http.RequestAborted)).ToHttp(agent => Shown(http, agent, null, null));
    }

    private static async Task<IResult> Pause(HttpContext http, PauseAgent pause, Guid id, bool paused) =>
        (await pause.Run(Actor(http), id, paused, http.RequestAborted)).ToHttp(agent => Shown(http, agent, null, null));

    private static IResult Shown(HttpContext http, Agent agent, AgentVersion? version, AgentHealth? health, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = AgentView.EtagOf(agent);
        return Results.Json(AgentView.Of(agent, version, health), Json.Options, statusCode: status);
    }

    private static Outcome<int?> IfMatch(HttpContext http)
    {
        if (http.Request.Headers.IfMatch is not [{ } match, ..] || match == "*")
            return (int?)null;
        return int.TryParse(match.Trim('"'), out var version)
            ? version
            : Refusal.Invalid("badIfMatch", "If-Match must be the ETag that reading the agent gave.");
    }

    private static Actor Actor(HttpContext http) => http.User.ToActor()!;
}
