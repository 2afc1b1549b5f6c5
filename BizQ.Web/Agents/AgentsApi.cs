using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Runs;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Agents;

public static class AgentsApi
{
    public static void MapAgentsApi(this RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("Agents");
        agents.MapGet("/", List).WithSummary("Agents, newest first");
        agents.MapGet("/schema", (DefinitionSchema schema) => Results.Json(schema.Whole, Json.Options)).WithSummary("JSON Schema of an agent definition");
        agents.MapPost("/", (HttpContext http, SaveAgent save, JsonElement definition) => Save(http, save, null, definition)).WithSummary("Make an agent from a definition");
        agents.MapGet("/{id:guid}", Read).WithSummary("An agent with the definition that runs");
        agents.MapPut("/{id:guid}", (Guid id, HttpContext http, SaveAgent save, JsonElement definition) => Save(http, save, id, definition)).WithSummary("Save a new version (If-Match refuses to overwrite somebody else's)");
        agents.MapPost("/{id:guid}/versions", (Guid id, HttpContext http, SaveAgent save, JsonElement definition) => Save(http, save, id, definition)).WithSummary("Save a new version");
        agents.MapPost("/{id:guid}/pause", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, true)).WithSummary("Take no new work");
        agents.MapPost("/{id:guid}/resume", (Guid id, HttpContext http, PauseAgent pause) => Pause(http, pause, id, false)).WithSummary("Work again");
        agents.MapPost("/{id:guid}/runs", Start).WithSummary("Start a run; the same Idempotency-Key again answers with the same run");
    }

    private static async Task<IResult> List(HttpContext http, ListAgents list, string? q, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new AgentFilter(q, limit, cursor), http.RequestAborted)).ToHttp();

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadAgent read) =>
        (await read.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(detail =>
        {
            http.Response.Headers.ETag = ETag(detail.Agent);
            return Results.Json(AgentView.Of(detail.Agent, detail.Current), Json.Options);
        });

    private static async Task<IResult> Save(HttpContext http, SaveAgent save, Guid? id, JsonElement definition)
    {
        int? expected = null;
        if (http.Request.Headers.IfMatch is [{ } match, ..] && match != "*")
        {
            if (!int.TryParse(match.Trim('"'), out var version))
                return Refusal.Invalid("badIfMatch", "If-Match must be the ETag that reading the agent gave.").ToProblem();
            expected = version;
        }
        return (await save.Run(http.User.ToActor()!, new SaveAgentRequest(id, definition, ExpectedVersion: expected), http.RequestAborted)).ToHttp(saved =>
        {
            http.Response.Headers.ETag = ETag(saved.Agent);
            var view = AgentView.Of(saved.Agent, saved.Version);
            return id is null ? Results.Json(view, Json.Options, statusCode: StatusCodes.Status201Created) : Results.Json(view, Json.Options);
        });
    }

    private static async Task<IResult> Pause(HttpContext http, PauseAgent pause, Guid id, bool paused) =>
        (await pause.Run(http.User.ToActor()!, id, paused, http.RequestAborted)).ToHttp(agent => Results.Json(AgentView.Of(agent, null), Json.Options));

    private static async Task<IResult> Start(Guid id, HttpContext http, StartRun start, Ids ids, JsonElement input, [FromHeader(Name = "Idempotency-Key")] string? key)
    {
        var actor = http.User.ToActor()!;
        var title = input is { ValueKind: JsonValueKind.Object } && input.TryGetProperty("title", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : $"Started by {actor.Name}";
        // A mail-shaped input is what a mail would have brought; anything else is handed over as it is.
        var trigger = input.ValueKind == JsonValueKind.Object && input.TryGetProperty("mail", out _) ? input : Json.Element(new { kind = "api", input });
        var request = new StartRunRequest(id, "api", title, trigger, key ?? ids.New().ToString());
        return (await start.Run(actor, request, http.RequestAborted)).ToHttp(run =>
        {
            http.Response.Headers.Location = $"/api/v1/runs/{run.Id}";
            return Results.Json(RunView.Of(run), Json.Options, statusCode: StatusCodes.Status202Accepted);
        });
    }

    private static string ETag(Agent agent) => $"\"{agent.Version}\"";
}

/// <summary>An agent as the API says it.</summary>
public sealed record AgentView(
    Guid Id, string Name, string Purpose, string Type, AgentStatus Status, int VersionNumber, Guid? VersionId, JsonElement? Definition,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static AgentView Of(Agent agent, AgentVersion? version) => new(
        agent.Id, agent.Name, agent.Purpose, agent.Type, agent.Status, agent.CurrentVersionNumber, agent.CurrentVersionId, version?.Definition,
        agent.CreatedAt, agent.UpdatedAt);
}
