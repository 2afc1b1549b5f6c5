using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Triggers;

/// <summary>A message that came out of a queue.</summary>
/// <param name="Queue">What the broker calls it.</param>
/// <param name="Identity">What tells it from other messages, the same at every delivery: its message id, or all of its content.</param>
public sealed record QueueMessage(Guid AgentId, string TriggerId, string Queue, string Identity, ReadOnlyMemory<byte> Body)
{
    public string? MessageId { get; init; }
    public string? ContentType { get; init; }
    public string? Hops { get; init; }
}

/// <summary>Starts the run of one message. Once this has answered with a run the message may be taken off the queue; delivered again it is the same run.</summary>
public sealed class ReceiveMessage(StartRun start, TimeProvider clock)
{
    private const int LongestTitle = 60;

    public async Task<Outcome<Run>> Run(Actor actor, QueueMessage message, CancellationToken cancel)
    {
        var hops = Hops.After(message.Hops);
        if (hops.Refusal is { } badHops)
            return badHops;
        var body = MessageBody.Of(message.ContentType, message.Body);
        if (body.Refusal is { } unreadable)
            return unreadable;
        var input = Json.Element(new
        {
            kind = "queue",
            triggerId = message.TriggerId,
            queue = message.Queue,
            messageId = message.MessageId ?? "",
            receivedAt = clock.GetUtcNow(),
            contentType = message.ContentType ?? "",
            body = body.Value,
        });
        var called = message.MessageId is { Length: > 0 } id ? $"Message {(id.Length > LongestTitle ? id[..LongestTitle] + "…" : id)}" : "A message";
        var key = $"queue:{message.AgentId:N}:{message.TriggerId}:{HookSecrets.HashOf(message.Identity)}";
        var request = new StartRunRequest(message.AgentId, "queue", $"{called} from {message.Queue}", input, key) { TriggerId = message.TriggerId, Hops = hops.Value };
        return await start.Run(actor, request, cancel);
    }
}
