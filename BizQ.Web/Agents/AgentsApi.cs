using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Agents.Templates;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Triggers;

namespace BizQ.Web.Agents;

/// <param name="Version">The number of the version to run again; the one before the current one when left out.</param>
public sealed record RollbackBody(int? Version = null);

public static class AgentsApi
{
    private const string SaveNote = "The body is the whole definition. If-Match with the ETag that reading the agent gave refuses to overwrite somebody else's change (412).";

    public static void MapAgentsApi(this RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("Agents");
        agents.MapGet("/", List).WithSummary("Agents, newest first; narrow by status and words in name or purpose").Produces<Page<AgentView>>();
        agents.MapGet("/schema", Schema).WithSummary("JSON Schema of an agent definition").Produces<JsonElement>(contentType: "application/schema+json");
        agents.MapGet("/templates", (HttpContext http, ListTemplates list) => list.Run(Actor(http)).ToHttp(all => Results.Json(new Page<AgentTemplate>(all, null), Json.Options))).WithSummary("Ways for agents to work together, as definitions to start from").Produces<Page<AgentTemplate>>();
        agents.MapPost("/", Make).WithSummary("Make an agent from a definition").WithDescription("The body is the whole definition; GET /agents/schema describes it.").Produces<AgentView>(StatusCodes.Status201Created);
        agents.MapPost("/check", Check).WithSummary("Say everything that is wrong with a definition, and save nothing").Produces<CheckedView>();
        agents.MapGet("/{id:guid}", Read).WithSummary("An agent with the definition that runs").Produces<AgentView>();
        agents.MapPut("/{id:guid}", Change).WithSummary("Change an agent: its definition becomes the next version").WithDescription(SaveNote).Produces<AgentView>();
        agents.MapGet("/{id:guid}/status", Status).WithSummary("How an agent is doing: runs, success rate, waiting approvals").Produces<AgentStatusView>();
        agents.MapGet("/{id:guid}/versions", Versions).WithSummary("The versions of an agent, newest first").Produces<Page<VersionRow>>();
        agents.MapPost("/{id:guid}/versions", AddVersion).WithSummary("Save a new version, which runs from now on").WithDescription(SaveNote).Produces<VersionView>(StatusCodes.Status201Created);
        agents.MapGet("/{id:guid}/versions/{number:int}", Version).WithSummary("One version with its definition").Produces<VersionView>();
        agents.MapPost("/{id:guid}/rollback", Rollback).WithSummary("Let an older version run again").Produces<AgentView>();
        agents.MapPost("/{id:guid}/pause", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, true)).WithSummary("Take no new work").Produces<AgentView>();
        agents.MapPost("/{id:guid}/resume", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, false)).WithSummary("Work again").Produces<AgentView>();
        agents.MapPost("/{id:guid}/runs", StartRuns.Start).WithSummary("Start a run; the same Idempotency-Key again answers with the same run, ?wait=30s waits for its end")
            .WithDescription("The body is { \"input\": anything, \"title\": what people see }, or { \"mail\": { from, subject, text } } to do what that mail would do. Any other body is the input itself.")
            .Produces<Runs.RunView>(StatusCodes.Status202Accepted);
        agents.MapAgentTriggers();
    }

    private static async Task<IResult> List(HttpContext http, ListAgents list, string? q, AgentStatus? status, int? limit, string? cursor) =>
        (await list.Run(Actor(http), new ListAgentsRequest(q, status, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<AgentView>([.. page.Items.Select(AgentView.Of)], page.Next), Json.Options));

    private static IResult Schema(DefinitionSchema schema) => Results.Json(schema.Whole, Json.Options, "application/schema+json");

    private static IResult Check(CheckDefinition check, JsonElement definition) =>
        Results.Json(new CheckedView(check.ProblemsOf(definition)), Json.Options);

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, http.RequestAborted)).ToHttp(detail => Shown(http, detail.Agent, detail.Current, detail.Health));

    private static async Task<IResult> Status(Guid id, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, http.RequestAborted)).ToHttp(detail => Results.Json(AgentStatusView.Of(detail), Json.Options));

    private static async Task<IResult> Make(HttpContext http, SaveAgent save, JsonElement definition, string? note) =>
        (await Save(http, save, null, definition, note)).ToHttp(saved =>
        {
            http.Response.Headers.Location = $"/api/v1/agents/{saved.Agent.Id}";
            return Shown(http, saved.Agent, saved.Version, null, StatusCodes.Status201Created);
        });

    private static async Task<IResult> Change(Guid id, HttpContext http, SaveAgent save, JsonElement definition, string? note) =>
        (await Save(http, save, id, definition, note)).ToHttp(saved => Shown(http, saved.Agent, saved.Version, null));

    private static async Task<IResult> AddVersion(Guid id, HttpContext http, SaveAgent save, JsonElement definition, string? note) =>
        (await Save(http, save, id, definition, note)).ToHttp(saved =>
        {
            http.Response.Headers.Location = $"/api/v1/agents/{id}/versions/{saved.Version.Number}";
            http.Response.Headers.ETag = Etags.Of(saved.Agent.Version);
            return Results.Json(VersionView.Of(saved.Version), Json.Options, statusCode: saved.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });

    private static async Task<Outcome<SavedAgent>> Save(HttpContext http, SaveAgent save, Guid? id, JsonElement definition, string? note)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal
            : await save.Run(Actor(http), new SaveAgentRequest(id, definition, note, expected.Value), http.RequestAborted);
    }

    private static async Task<IResult> Versions(Guid id, HttpContext http, ListVersions list, int? limit, string? cursor) =>
        (await list.Run(Actor(http), id, limit, cursor, http.RequestAborted)).ToHttp();

    private static async Task<IResult> Version(Guid id, int number, HttpContext http, ReadAgent read) =>
        (await read.Run(Actor(http), id, number, http.RequestAborted)).ToHttp(detail => Results.Json(VersionView.Of(detail.Current!), Json.Options));

    private static async Task<IResult> Rollback(Guid id, HttpContext http, RollbackAgent rollback, RollbackBody? body)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await rollback.Run(Actor(http), new RollbackRequest(id, body?.Version, expected.Value), http.RequestAborted)).ToHttp(agent => Shown(http, agent, null, null));
    }

    private static async Task<IResult> Pause(HttpContext http, PauseAgent pause, Guid id, bool paused) =>
        (await pause.Run(Actor(http), id, paused, http.RequestAborted)).ToHttp(agent => Shown(http, agent, null, null));

    private static IResult Shown(HttpContext http, Agent agent, AgentVersion? version, AgentHealth? health, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = Etags.Of(agent.Version);
        return Results.Json(AgentView.Of(agent, version, health), Json.Options, statusCode: status);
    }

    private static Actor Actor(HttpContext http) => http.User.ToActor()!;
}
