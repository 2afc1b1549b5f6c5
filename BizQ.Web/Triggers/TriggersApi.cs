using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Triggers;
using BizQ.Web.Account;
using BizQ.Web.Agents;
using BizQ.Web.Api;

namespace BizQ.Web.Triggers;

/// <summary>A trigger as the API says it. <paramref name="Url"/> is null where it is the secret of a webhook: making one shows it once.</summary>
public sealed record TriggerView(
    string Id, string Kind, string Words, TriggerDefinition Definition, DateTimeOffset? LastFiredAt, Guid? LastRunId, DateTimeOffset? NextAt,
    string? Url, bool? HasSecret, DateTimeOffset? SecretMadeAt, string? Queue, string? Problem)
{
    public static TriggerView Of(TriggerLine line, HttpRequest request) => new(
        line.Trigger.Id, line.Trigger.Kind, AgentWords.Of(line.Trigger), line.Trigger, line.LastFiredAt, line.LastRunId, line.NextAt,
        line.Hook?.Path is { } path ? TriggersApi.UrlOf(request, path) : null,
        line.Trigger.Kind == "webhook" ? line.Hook?.Works == true : null,
        line.Hook?.MadeAt, line.Queue, line.Problem);
}

/// <summary>The only time the secret is told: in the address, or as the key of the signatures.</summary>
public sealed record HookSecretView(string Url, string? Key, HookAuth Auth, DateTimeOffset MadeAt);

public static class TriggersApi
{
    public static void MapAgentTriggers(this RouteGroupBuilder agents)
    {
        agents.MapGet("/{id:guid}/triggers", List).WithTags("Triggers").WithSummary("What starts an agent: each trigger, when it last did and when it will").Produces<Page<TriggerView>>();
        agents.MapPost("/{id:guid}/triggers/{trigger}/secret", MakeSecret).WithTags("Triggers").WithSummary("Make the secret of a webhook, or a new one in place of the old")
            .WithDescription("It is told once, here. The old one is dead at once.").Produces<HookSecretView>(StatusCodes.Status201Created);
    }

    public static string UrlOf(HttpRequest request, string path) => $"{request.Scheme}://{request.Host}{request.PathBase}/hooks/{path}";

    private static async Task<IResult> List(Guid id, HttpContext http, ListTriggers list) =>
        (await list.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(lines =>
            Results.Json(new Page<TriggerView>([.. lines.Select(line => TriggerView.Of(line, http.Request))], null), Json.Options));

    private static async Task<IResult> MakeSecret(Guid id, string trigger, HttpContext http, MakeHook make) =>
        (await make.Run(http.User.ToActor()!, id, trigger, http.RequestAborted)).ToHttp(made =>
        {
            http.Response.Headers.CacheControl = "no-store";
            return Results.Json(new HookSecretView(UrlOf(http.Request, made.Path), made.Key, made.Hook.Auth, made.Hook.MadeAt), Json.Options, statusCode: StatusCodes.Status201Created);
        });
}
