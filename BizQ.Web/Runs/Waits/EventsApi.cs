using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Runs.Waits;

/// <summary>Tells waiting runs that something has happened.</summary>
public static class EventsApi
{
    public static void MapEventsApi(this RouteGroupBuilder api)
    {
        api.MapPost("/events", Tell).WithTags("Runs").WithSummary("Tell every run that waits for it that something has happened");
        api.MapPost("/runs/{id:guid}/events", TellOne).WithTags("Runs").WithSummary("Tell one run that something has happened");
    }

    private static Task<IResult> Tell(HttpContext http, DeliverEvent deliver, EventBody body, [FromHeader(Name = "Idempotency-Key")] string? key) =>
        Deliver(http, deliver, body, key, null);

    private static Task<IResult> TellOne(Guid id, HttpContext http, DeliverEvent deliver, EventBody body, [FromHeader(Name = "Idempotency-Key")] string? key) =>
        Deliver(http, deliver, body, key, id);

    private static async Task<IResult> Deliver(HttpContext http, DeliverEvent deliver, EventBody body, string? key, Guid? runId)
    {
        if (body.Correlation is { ValueKind: not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null) })
            return Refusal.Invalid("badCorrelation", "A correlation is a text or a number, such as the order's number.", new Problem("/correlation", "Send a text or a number.")).ToProblem();
        var request = new EventRequest(body.Name, body.Correlation is { ValueKind: not JsonValueKind.Null } correlation ? correlation.ToString() : null, body.Payload ?? Json.EmptyObject, key, runId);
        return (await deliver.Run(http.User.ToActor()!, request, http.RequestAborted)).ToHttp(told => Results.Json(EventView.Of(told), Json.Options, statusCode: StatusCodes.Status202Accepted));
    }
}

/// <param name="Correlation">Whose event it is, a text or a number: runs that wait with a correlation hear only events with the same.</param>
/// <param name="Payload">What expressions see as <c>steps.ID.output.event</c>.</param>
public sealed record EventBody(string? Name, JsonElement? Correlation, JsonElement? Payload);

/// <param name="Heard">How many waiting steps have heard it.</param>
/// <param name="KeptUntil">Until then a run that begins to wait for it still hears it; null when it was heard, or does not say whose it is.</param>
public sealed record EventView(Guid Id, string Name, string Correlation, Guid? RunId, int Heard, DateTimeOffset ReceivedAt, DateTimeOffset? KeptUntil)
{
    public static EventView Of(NamedEvent told) => new(
        told.Id, told.Name, told.Correlation, told.RunId, told.Heard, told.ReceivedAt,
        told.Heard == 0 && (told.RunId is not null || told.Correlation.Length > 0) ? told.KeepUntil : null);
}
