using System.Text.Json;

namespace BizQ.Agents.Functions;

/// <summary>What came of calling a user function.</summary>
public abstract record FunctionAnswer
{
    private FunctionAnswer() { }

    public sealed record Returned(JsonElement Value) : FunctionAnswer;

    /// <summary>It did not come to a value. <paramref name="Line"/> and <paramref name="Column"/> are places of its code, counted from 1.</summary>
    public sealed record Failed(string Code, string Message, int? Line = null, int? Column = null, bool Retryable = false) : FunctionAnswer
    {
        /// <summary>The whole sentence for people, with its place.</summary>
        public string Sentence => Line is { } line ? $"{Message} (line {line}, column {Column})" : Message;
    }
}

/// <summary>What goes to a worker: one call.</summary>
/// <param name="Now">The time the function sees; it stands still.</param>
internal sealed record FunctionCall(string Code, JsonElement Input, DateTimeOffset Now);

/// <summary>What comes back: a value, or what went wrong.</summary>
/// <param name="Retire">The worker has become unfit (out of memory, near the end of its processor time) and ends itself.</param>
internal sealed record FunctionReply(JsonElement? Value, ReplyProblem? Problem, bool Retire = false);

internal sealed record ReplyProblem(string Code, string Message, int? Line = null, int? Column = null);
