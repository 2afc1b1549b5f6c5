using System.Text.Json;
using BizQ.Core.Runs;

namespace BizQ.Core.Approvals;

/// <summary>What a person can say about a step that failed and asks what to do. The answer is kept in the step until it goes on.</summary>
public static class FailureAnswers
{
    public const string Retry = "retry";
    public const string GoOn = "continue";
    public const string Stop = "stop";

    private const string Answer = "answer";

    /// <summary>What the request says: a plain yes is another attempt, a plain no the end.</summary>
    public static string Of(DecideRequest request) => request.Answer ?? (request.Approve ? Retry : Stop);

    /// <summary>What was said about a waiting step; a question that is no longer asked has stopped it.</summary>
    public static string Of(RunStep step, Approval approval) =>
        approval.State == ApprovalState.Expired || step.Output is not { ValueKind: JsonValueKind.Object } said || !said.TryGetProperty(Answer, out var answer) ? Stop : answer.ToString();

    internal static Refusal? Problem(DecideRequest request) => Of(request) is Retry or GoOn or Stop ? null : Refusal.Invalid(
        "answerMissing", "Say what to do: \"retry\" (try again), \"continue\" (go on with the value the agent names) or \"stop\".",
        new Problem("/answer", "Must be \"retry\", \"continue\" or \"stop\"."));

    /// <summary>Beside what the step holds: a loop's own count of its rounds must not be lost.</summary>
    internal static JsonElement Keep(DecideRequest request, JsonElement? held) => With(held, Of(request))!.Value;

    /// <summary>What the step held before it was answered; null when that was nothing.</summary>
    public static JsonElement? Left(JsonElement? output) => With(output, null);

    private static JsonElement? With(JsonElement? held, string? answer)
    {
        var all = held is { ValueKind: JsonValueKind.Object } known
            ? known.EnumerateObject().Where(member => !member.NameEquals(Answer)).ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal)
            : [];
        if (answer is not null)
            all[Answer] = Json.Element(answer);
        return all.Count == 0 ? null : Json.Element(all);
    }
}
