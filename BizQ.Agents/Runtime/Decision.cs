using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>What to do next with a run. Only <see cref="Go"/> leaves the run running.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>
    /// Run these nodes and go on with these waiting steps; both may be empty while others are still busy.
    /// <paramref name="Halt"/>: the run is about to end, so what is busy should stop where it can.
    /// </summary>
    public sealed record Go(IReadOnlyList<NodeDefinition> Start, IReadOnlyList<RunStep> Continue, bool Halt = false) : Decision;

    /// <summary>Everything that could be done was; a person must decide.</summary>
    public sealed record Wait : Decision;

    public sealed record End(JsonElement? Output) : Decision;

    /// <summary>This step failed, and with it the run.</summary>
    public sealed record Fail(RunStep Step) : Decision;

    /// <summary>The run must not go on by itself: a limit was reached or its definition cannot run.</summary>
    public sealed record Park(string Code, string Message) : Decision;

    /// <summary>It had ended before, and nothing of it is left on its way.</summary>
    public sealed record Over : Decision;
}
