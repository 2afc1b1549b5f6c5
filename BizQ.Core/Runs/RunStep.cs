using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

/// <summary>Retried: it failed, and a person let its node run again; the newer step counts.</summary>
public enum StepStatus { Waiting, Succeeded, Failed, Skipped, Retried }

/// <summary>What a node that pauses rests for: a moment, a named event (or its time limit), or the end of the run it has started.</summary>
public enum StepWait { Time, Event, Run }

/// <summary>One node's execution inside a run: a record of the journal (table <c>run_steps</c>).</summary>
public sealed class RunStep : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid RunId { get; init; }
    public required string NodeId { get; init; }
    /// <summary>
    /// Which round of which loop it belongs to: empty outside of loops, "each/3" in the fourth round of the node "each",
    /// "each/3/inner/0" in a loop within it. Node id and path together name a place in the run.
    /// </summary>
    public string Path { get; init; } = "";
    public required string Kind { get; init; }
    public string? Title { get; init; }
    /// <summary>From 1 in the order the steps were recorded.</summary>
    public required int Sequence { get; init; }
    public required StepStatus Status { get; set; }
    public JsonElement? Input { get; set; }
    public JsonElement? Output { get; set; }
    /// <summary>A JSON array of <see cref="Context.Evidence"/>.</summary>
    public JsonElement? Evidence { get; set; }
    /// <summary>Indexes into the definition's edges of those this step made live.</summary>
    public JsonElement? LiveEdges { get; set; }
    public string? Model { get; set; }
    public int? InputTokens { get; set; }
    public int? OutputTokens { get; set; }
    public decimal? CostUsd { get; set; }
    public Guid? EffectId { get; set; }
    public Guid? ApprovalId { get; set; }
    /// <summary><c>{ code, message }</c></summary>
    public JsonElement? Error { get; set; }
    public int Attempt { get; set; } = 1;
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; set; }
    /// <summary>When a waiting step goes on by itself: its time has come, or it has waited long enough.</summary>
    public DateTimeOffset? WakeAt { get; set; }
    /// <summary>
    /// What it rests, or rested, for; null for steps that never pause. While it is waiting, an output or an error says that what
    /// it rests for has come: whoever brings it writes that here, and the run takes it from there.
    /// </summary>
    public StepWait? WaitsFor { get; set; }
    public double? DurationMs { get; set; }

    /// <summary>Another row object of the same content: the one that is written where this one is too large.</summary>
    public RunStep Copy() => (RunStep)MemberwiseClone();

    /// <summary>Whether somebody else must bring what this step waits for: an event, or the end of the run it has started.</summary>
    public bool Listens => this is { Status: StepStatus.Waiting, WaitsFor: StepWait.Event or StepWait.Run, Output: null, Error: null };
}
