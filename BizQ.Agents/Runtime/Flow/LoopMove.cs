using System.Text.Json;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>Something about a loop that is to be recorded together with what led to it; then the interpreter is asked again.</summary>
public abstract record LoopMove(RunStep Step)
{
    /// <summary>All of its rounds have ended, or one that failed ends it, or its time is over.</summary>
    public sealed record Close(RunStep Step, JsonElement? Output, JsonElement? Error = null) : LoopMove(Step)
    {
        /// <summary>What it has relied on, where the loop's own step keeps it.</summary>
        public JsonElement? Evidence { get; init; }

        /// <summary>It is a model's turns that have ended: what may follow a failure (another attempt, a question) has been seen to in the turn.</summary>
        public bool OfTurns { get; init; }

        /// <summary>A person has said that it goes on with its node's value.</summary>
        public bool GoOn { get; init; }
    }

    /// <summary>Its condition decides whether there is this round; <paramref name="Last"/> is what the one before came to.</summary>
    public sealed record NextRound(RunStep Step, int Round, JsonElement? Last, string ScopePath) : LoopMove(Step);

    /// <summary>It had failed and is tried again: what stopped in its rounds is set aside, what was done stays done.</summary>
    public sealed record Again(RunStep Step) : LoopMove(Step);

    /// <summary>Its round has failed, so what it waits for no longer matters.</summary>
    public sealed record Abandon(RunStep Step) : LoopMove(Step);
}
