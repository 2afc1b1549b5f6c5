using System.Text.Json;
using BizQ.Agents.Models.ToolUse;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>A node that may begin, and in which round of a loop.</summary>
public sealed record Due(string Path, NodeDefinition Node)
{
    public Place Place => new(Path, Node.Id);

    /// <summary>Its settings came from a model or are worked out already: no expression in them is looked at.</summary>
    public bool Literal { get; init; }

    /// <summary>Of a model's turn: what was said before.</summary>
    public Dialog? Dialog { get; init; }
}

/// <summary>What to do next with a run. Only <see cref="Go"/> leaves the run running.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>
    /// Run these nodes and go on with these waiting steps; both may be empty while others are still busy.
    /// <paramref name="Halt"/>: the run is about to end, so what is busy should stop where it can.
    /// <paramref name="WakeAt"/>: look again then, even if nobody has finished.
    /// </summary>
    public sealed record Go(IReadOnlyList<Due> Start, IReadOnlyList<RunStep> Continue, bool Halt = false, DateTimeOffset? WakeAt = null) : Decision
    {
        /// <summary>Record these, and ask again before anything else.</summary>
        public IReadOnlyList<LoopMove> Moves { get; init; } = [];

        /// <summary>Places somebody works on for a loop whose time is over: they should stop where they can.</summary>
        public IReadOnlyList<Place> Stop { get; init; } = [];
    }

    /// <summary>Everything that could be done was; what is open rests until a person, an event or the time says more.</summary>
    public sealed record Wait(RunStatus Status, DateTimeOffset? WakeAt = null) : Decision;

    public sealed record End(JsonElement? Output) : Decision;

    /// <summary>This step failed, and with it the run.</summary>
    public sealed record Fail(RunStep Step) : Decision;

    /// <summary>Somebody asked the run to stop, and nothing of it is busy any more.</summary>
    public sealed record Cancel : Decision;

    /// <summary>The run must not go on by itself: a limit was reached or its definition cannot run.</summary>
    public sealed record Park(string Code, string Message) : Decision;

    /// <summary>It had ended before, and nothing of it is left on its way.</summary>
    public sealed record Over : Decision;
}
