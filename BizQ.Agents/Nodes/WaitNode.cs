using System.Text.Json;
using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Nodes;

/// <summary>Lets a run rest: for a time, until a moment, until people are at work, or until something happens.</summary>
public sealed class WaitNode(TimeProvider clock) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "wait", "Wait", "Rests for a time, until a moment or business hours, or until an event comes. A resting run costs nothing and survives restarts.", "HourglassEmpty",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "for": { "type": ["string", "integer"], "title": "For", "description": "How long: a number and s, min, h or d, such as 30 min or 2 d, or a number of seconds; from 1 s to 400 d. A day is 24 hours.", "pattern": "^[1-9][0-9]{0,7} ?(s|min|h|d)$", "minimum": 1, "maximum": 34560000 },
                "until": { "type": "string", "title": "Until", "description": "A moment, such as 2026-12-24T18:00 (in the workspace's time zone) or {{ trigger.input.due }}. One that has passed does not wait; one more than 400 days away fails the step. With \"For\" as well, whichever comes first.", "minLength": 1, "maxLength": 100 },
                "businessHours": {
                  "type": "object", "title": "Business hours", "additionalProperties": false,
                  "description": "Then, or once the time above has come, it goes on as soon as people are at work. {} is Monday to Friday from 09:00 to 17:00.",
                  "properties": {
                    "days": { "type": "array", "title": "Working days", "minItems": 1, "maxItems": 7, "items": { "type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] } },
                    "from": { "type": "string", "title": "From", "description": "Such as 09:00.", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
                    "to": { "type": "string", "title": "To", "description": "Such as 17:00. Earlier than \"From\" means the next day.", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
                    "timeZone": { "type": "string", "title": "Time zone", "description": "Such as Europe/Berlin; the workspace's when left out.", "minLength": 1, "maxLength": 60 },
                    "holidays": { "type": "array", "title": "Holidays", "description": "Days on which nobody works, such as 2026-12-25.", "maxItems": 400, "items": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" } }
                  }
                },
                "event": { "type": "string", "title": "Event", "description": "Goes on when this event is sent, such as payment.received. The times above are then the longest it waits; without any, that is 400 days.", "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,99}$", "format": "fixed" },
                "correlation": { "type": "string", "title": "Of", "description": "Whose event, such as {{ trigger.input.orderId }}: only one sent with the same text is heard, also one that came up to 24 hours before. Left out, any event of that name that comes from now on.", "maxLength": 200 }
              },
              "anyOf": [{ "required": ["for"] }, { "required": ["until"] }, { "required": ["businessHours"] }, { "required": ["event"] }]
            }
            """),
        "{ case: \"time\", \"event\" or \"timedOut\", event: what the event carried }",
        ["/for", "/until", "/correlation"])
    {
        Rules =
        [
            "A resting run holds no thread and next to no memory, and survives restarts: its moment is kept in the database and met within about a second.",
            "An event is heard when its name and correlation are equal. With a correlation, one that was sent up to 24 hours before the run began to listen is heard too.",
            "Event and timeout at the same instant come to one of the two, never to both.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var (now, settings) = (clock.GetUtcNow(), run.Settings);
        var moment = Json.Read<WaitSettings>(settings)!.Moment(now, Zone(run));
        if (moment.Refusal is { } refusal)
            return Task.FromResult<NodeResult>(new NodeResult.Failed(refusal.Code, refusal.Message));
        return Task.FromResult(settings.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String
            ? Listen(settings, name.GetString()!, moment.Value ?? now.AddDays(WaitSettings.MostDays))
            : moment.Value > now ? new NodeResult.Pause(moment.Value) : new NodeResult.Completed(Json.Element(new { @case = "time" })));
    }

    private static NodeResult Listen(JsonElement settings, string name, DateTimeOffset until)
    {
        if (!settings.TryGetProperty("correlation", out var given))
            return new NodeResult.Pause(until, new ListenFor(name, ""));
        var correlation = given.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? "" : given.ToString().Trim();
        // Nothing where somebody's key should be would listen to everybody's events.
        return correlation.Length is > 0 and <= DeliverEvent.LongestCorrelation
            ? new NodeResult.Pause(until, new ListenFor(name, correlation))
            : new NodeResult.Failed("badCorrelation", correlation.Length == 0
                ? "The correlation came out empty, so nobody could say whose event is meant. Leave it out to listen to everybody's."
                : $"The correlation has {correlation.Length} characters; {DeliverEvent.LongestCorrelation} are the most.");
    }

    private static string Zone(NodeRun run) =>
        run.Scope.ValueKind == JsonValueKind.Object && run.Scope.TryGetProperty("workspace", out var workspace) && workspace.TryGetProperty("timeZone", out var zone) && zone.GetString() is { Length: > 0 } id ? id : "UTC";
}
