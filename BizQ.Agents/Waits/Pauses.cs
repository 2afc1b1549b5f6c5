using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Runs;

namespace BizQ.Agents.Waits;

/// <summary>A node's pause as rows, and what becomes of its step once it is over.</summary>
internal static class Pauses
{
    /// <param name="begun">What is known of the attempt so far.</param>
    public static Worked Begin(NodeStart start, Worked begun, NodeResult.Pause pause, JsonElement input, Ids ids)
    {
        // What the step waits for names the step, so its id is chosen before its row is made.
        var id = start.Again?.Id ?? ids.New();
        var attempt = start.Retries + (begun.Tries ?? 1);
        var child = pause.Child is { } call ? ChildRun.Of(start.Run, id, start.Due.Place.ToString(), attempt, call.Agent, call.Input, ids.New(), begun.StartedAt) : null;
        begun = begun with { StepId = id, Status = StepStatus.Waiting, Input = input, Child = child, WakeAt = pause.Until };
        return pause switch
        {
            { Child.Wait: false } => begun with { Status = StepStatus.Succeeded, Output = Json.Element(new { @case = "started", runId = child!.Id }) },
            { Child: not null } => begun with { WaitsFor = StepWait.Run },
            { Event: { } heard } => begun with { WaitsFor = StepWait.Event, Wait = Listening(start.Run, id, heard.Event, heard.Correlation) },
            { Until: not null } => begun with { WaitsFor = StepWait.Time },
            _ => throw new InvalidOperationException($"The node '{start.Due.Place}' pauses for nothing and would never go on."),
        };
    }

    /// <summary>What it waited for has come, and is in the step; or its time is up.</summary>
    public static Worked Over(Due due, RunStep step)
    {
        var over = new Worked(due, step, step.StartedAt, 0) { Status = StepStatus.Succeeded };
        return step switch
        {
            { Error: not null } => over with { Status = StepStatus.Failed, Error = step.Error },
            { Output: not null } => over with { Output = step.Output },
            { WaitsFor: StepWait.Run } => over with
            {
                Status = StepStatus.Failed,
                Error = Worked.ErrorOf("timedOut", "The agent that was called here was not done within the time it has, and was asked to stop. Give the node a longer timeout if that is normal."),
                GivesUp = true,
            },
            { WaitsFor: StepWait.Event } => over with { Output = Json.Element(new { @case = "timedOut" }), Gone = true },
            _ => over with { Output = Json.Element(new { @case = "time" }) },
        };
    }

    /// <summary>A step's row in the list of those who listen; to take it off the list again, its id is enough.</summary>
    public static RunWait Listening(Run run, Guid stepId, string name = "", string correlation = "") => new()
    {
        Id = stepId,
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        StepId = stepId,
        Event = name,
        Correlation = correlation,
    };
}
