using System.ClientModel;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BizQ.Agents.Models.Endpoints;

/// <summary>Why an endpoint gave no answer, as a name, a sentence, and whether trying again may help.</summary>
/// <param name="passing">It may be different in a moment.</param>
/// <param name="after">How long the endpoint asks to be left alone.</param>
internal sealed partial class EndpointFailure(string code, string message, bool passing, TimeSpan? after = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What an endpoint says is shown to people only so far.</summary>
    private const int MostShown = 300;

    public string Code => code;

    public bool Passing => passing;

    public TimeSpan? After => after;

    /// <summary>Null for what is no failure of an endpoint but a bug of ours.</summary>
    public static EndpointFailure? Of(Exception problem, EndpointOptions options, DateTimeOffset now) => problem switch
    {
        EndpointFailure known => known,
        ClientResultException { Status: > 0 } answered => Answered(answered, options, now),
        AnswerTooLongException => TooLong(options, problem),
        _ when Inner<AnswerTooLongException>(problem) is { } => TooLong(options, problem),
        _ when Inner<SocketException>(problem) is { } socket =>
            new("modelUnreachable", $"{options.Name} cannot be reached at {options.BaseUrl}: {socket.Message}.", true, cause: problem),
        ClientResultException or HttpRequestException or IOException =>
            new("modelUnreachable", $"The connection to {options.Name} broke: {Inner<IOException>(problem)?.Message ?? problem.Message}", true, cause: problem),
        // Neither the caller nor our time limit stopped it: the connection itself took too long.
        OperationCanceledException => new("modelUnreachable", $"{options.Name} does not take connections at {options.BaseUrl}.", true, cause: problem),
        // What the client library throws at answers that are not what the protocol says.
        JsonException or FormatException or InvalidOperationException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException =>
            new("modelGarbled", $"{options.Name} answered something that is not the chat completions protocol. Does {options.BaseUrl} end where it should, usually in /v1?", true, cause: problem),
        _ => null,
    };

    public static EndpointFailure Silent(EndpointOptions options) =>
        new("modelTimedOut", $"{options.Name} did not answer within {options.TimeoutSeconds} s. Models:Endpoints:…:TimeoutSeconds sets the time.", true);

    public static EndpointFailure CutShort(EndpointOptions options) =>
        new("modelUnreachable", $"{options.Name} broke off in the middle of its answer.", true);

    public static EndpointFailure TooLong(EndpointOptions options, Exception? cause = null) =>
        new("answerTooLong", $"{options.Name} wrote more than any answer needs; it was stopped.", false, cause: cause);

    private static EndpointFailure Answered(ClientResultException problem, EndpointOptions options, DateTimeOffset now)
    {
        var (name, status) = (options.Name, problem.Status);
        return status switch
        {
            401 or 403 => new("keyRefused", options.KeyVariable.Length > 0
                ? $"The key was refused: {name} does not accept what the environment variable {options.KeyVariable} holds ({status}). Put a valid key there and restart BizQ."
                : $"{name} wants a key ({status}). Put it into an environment variable, its name into KeyVariable, and restart BizQ.", false, cause: problem),
            404 => new("modelNotFound", $"{name} knows no model \"{options.Model}\" at {options.BaseUrl} (404).{Said(problem, options)}", false, cause: problem),
            429 => new("modelBusy", $"{name} is busy or its quota is used up (429).{Said(problem, options)}", true, RetryAfter(problem, now), problem),
            408 or >= 500 => new("modelFailed", $"{name} failed on its side ({status}).{Said(problem, options)}", true, RetryAfter(problem, now), problem),
            >= 300 and < 400 => new("modelMoved", $"{name} answers at another address than {options.BaseUrl} ({status}). Set BaseUrl to that one.", false, cause: problem),
            _ => new("requestRefused", $"{name} refused the request ({status}).{Said(problem, options)}{Hint(problem)}", false, cause: problem),
        };
    }

    /// <summary>Not every server knows every part of the protocol; for these there is a setting.</summary>
    private static string Hint(ClientResultException problem) =>
        problem.Message.Contains("response_format", StringComparison.OrdinalIgnoreCase) || problem.Message.Contains("json_schema", StringComparison.OrdinalIgnoreCase) ? " Set StructuredOutput to Json or Prompt for it."
        : problem.Message.Contains("tool", StringComparison.OrdinalIgnoreCase) ? " Set ToolCalls to false for it if it knows no tools."
        : problem.Message.Contains("temperature", StringComparison.OrdinalIgnoreCase) ? " Leave Temperature out for it."
        : problem.Message.Contains("stream", StringComparison.OrdinalIgnoreCase) ? " Set Stream to false for it."
        : "";

    private static TimeSpan? RetryAfter(ClientResultException problem, DateTimeOffset now)
    {
        if (problem.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) != true)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e8)
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time > now ? time - now : null;
    }

    /// <summary>The endpoint's own words, in one short line, without anything that looks like a key.</summary>
    private static string Said(ClientResultException problem, EndpointOptions options)
    {
        var words = Spaces().Replace(problem.Message, " ").Trim();
        var key = options.KeyVariable.Length > 0 ? Environment.GetEnvironmentVariable(options.KeyVariable) : null;
        if (!string.IsNullOrWhiteSpace(key))
            words = words.Replace(key, "…", StringComparison.Ordinal);
        return words.Length == 0 ? "" : $" It says: {(words.Length <= MostShown ? words : words[..MostShown] + "…")}";
    }

    private static T? Inner<T>(Exception? problem) where T : Exception
    {
        for (; problem is not null; problem = problem.InnerException)
        {
            if (problem is T found)
                return found;
        }
        return null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
