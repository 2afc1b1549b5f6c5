using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>What came of working on a node for a while; nothing of it is recorded yet.</summary>
/// <param name="Waited">The waiting step this goes on with; null for a node's first record.</param>
internal sealed record Worked(Due Due, RunStep? Waited, DateTimeOffset StartedAt, double DurationMs)
{
    /// <summary>How the waiting step stood when the work began; its row changes when it is recorded.</summary>
    public Standing? Stood { get; } = Waited is null ? null : Standing.Of(Waited);

    /// <summary>Waiting: for a person, or for its next part.</summary>
    public required StepStatus Status { get; init; }
    public JsonElement? Input { get; init; }
    public JsonElement? Output { get; init; }
    public IReadOnlyList<Evidence>? Evidence { get; init; }
    public ModelUse? Use { get; init; }
    public JsonElement? Error { get; init; }
    public bool Taints { get; init; }
    public Effect? Effect { get; init; }
    public IReadOnlyList<EffectEvent> EffectEvents { get; init; } = [];
    public Approval? Approval { get; init; }

    /// <summary>The id its step will have, where something that is made with it must name it.</summary>
    public Guid? StepId { get; init; }
    public StepWait? WaitsFor { get; init; }
    /// <summary>When it goes on by itself.</summary>
    public DateTimeOffset? WakeAt { get; init; }
    /// <summary>What the step begins to listen for.</summary>
    public RunWait? Wait { get; init; }
    /// <summary>True when it stops listening without having heard anything.</summary>
    public bool Gone { get; init; }
    /// <summary>The run of another agent it starts.</summary>
    public Run? Child { get; init; }

    /// <summary>It says what a pause has come to, and its step waits again: looked at anew when somebody has written the run meanwhile, for that may have been its answer.</summary>
    public bool WaitsAgain { get; init; }

    /// <summary>The run it has called took too long and is asked to stop.</summary>
    public bool GivesUp { get; init; }

    /// <summary>Attempts made so far by themselves; null where a waiting step merely goes on.</summary>
    public int? Tries { get; init; }

    /// <summary>What a person has said about a failure: see <see cref="FailureAnswers"/>.</summary>
    public string? Answer { get; init; }

    /// <summary>True when the world was acted on: this must be recorded whatever has happened to the run meanwhile.</summary>
    public bool Acted { get; init; }

    /// <summary>A waiting step as it stands.</summary>
    public static Worked On(Graph graph, RunStep step) =>
        new(new Due(step.Path, graph.Find(step.NodeId)!), step, step.StartedAt, 0) { Status = StepStatus.Waiting };

    public static JsonElement ErrorOf(string code, string message) => Json.Element(new { code, message });
}

/// <summary>How far a waiting step has come, as far as only drives move it: equal means that nothing was recorded in between.</summary>
internal sealed record Standing(StepStatus Status, int Attempt, Guid? ApprovalId, Guid? EffectId, StepWait? WaitsFor, long? WakesAtMs)
{
    // To the millisecond: the databases keep less of a moment than the process does.
    public static Standing Of(RunStep step) => new(step.Status, step.Attempt, step.ApprovalId, step.EffectId, step.WaitsFor, step.WakeAt?.ToUnixTimeMilliseconds());
}
