using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Triggers;

/// <summary>What a webhook's sender gets: the id of the run it has started, to ask about with an API key.</summary>
public sealed record HookAnswer(Guid Id, RunStatus Status);

public static class HooksApi
{
    private const string Place = "/hooks";
    private const string Versioned = "/api/v1/hooks";

    private const string About =
        "The address stands on the agent's page. Where it is no secret, sign each request: BizQ-Timestamp holds the seconds since 1970, BizQ-Signature \"v1=\" and the lower-case hex HMAC-SHA256 of the timestamp, a dot and the body; it counts for five minutes. "
        + "JSON is parsed, form fields become an object, anything else is taken as text, up to 1 MB. The same Idempotency-Key (or signature) again answers with the same run.";

    public static bool IsHook(PathString path) =>
        path.StartsWithSegments(Place, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments(Versioned, StringComparison.OrdinalIgnoreCase);

    /// <summary>Under /api/v1 as everything, and under a short address to hand out.</summary>
    public static void MapHooks(this WebApplication app, RouteGroupBuilder api)
    {
        app.MapPost(Place + "/{path}", Receive).DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(ReceiveHook.MostBytes)).ExcludeFromDescription();
        api.MapPost("/hooks/{path}", Receive).AllowAnonymous().WithTags("Triggers").WithSummary("Start the agent that waits for this webhook").WithDescription(About)
            .WithMetadata(new RequestSizeLimitAttribute(ReceiveHook.MostBytes)).Accepts<JsonElement>("application/json", "application/x-www-form-urlencoded", "text/plain").Produces<HookAnswer>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> Receive(string path, HttpContext http, ReceiveHook receive)
    {
        var headers = http.Request.Headers;
        var type = http.Request.ContentType;
        var body = await BodyOf(http);
        var call = new HookCall(path, body, () => ReadMultipart.IsMultipart(type) ? ReadMultipart.Of(type!, body, http.RequestAborted) : Task.FromResult(MessageBody.Of(type, body)))
        {
            ContentType = type,
            Timestamp = headers[HookSecrets.TimestampHeader],
            Signature = headers[HookSecrets.SignatureHeader],
            IdempotencyKey = headers.TryGetValue("Idempotency-Key", out var key) ? key.ToString() : null,
            Hops = headers[Hops.Header],
        };
        return (await receive.Run(call, http.RequestAborted)).ToHttp(run => Accepted(http, run));
    }

    private static IResult Accepted(HttpContext http, Run run)
    {
        http.Response.Headers.Location = $"/api/v1/runs/{run.Id}";
        return Results.Json(new HookAnswer(run.Id, run.Status), Json.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<ReadOnlyMemory<byte>> BodyOf(HttpContext http)
    {
        using var bytes = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, ReceiveHook.MostBytes));
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        return bytes.ToArray();
    }
}
