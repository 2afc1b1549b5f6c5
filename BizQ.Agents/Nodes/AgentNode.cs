using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Nodes;

/// <summary>Hands a piece of work to another agent of the workspace. That agent's run is its own, but may do no more than this one.</summary>
public sealed class AgentNode(CallAgent calls, TimeProvider clock) : INodeKind
{
    /// <summary>How long the other agent has when the node does not say: its run may wait for people, who have holidays.</summary>
    public static readonly TimeSpan UsualLimit = TimeSpan.FromDays(30);

    public NodeDescription Description { get; } = new(
        "agent", "Agent", "Lets another agent do a part of the work, and waits for its result if that is wanted.", "SmartToy",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["agent"],
              "properties": {
                "agent": { "type": "string", "title": "Agent", "description": "Its name as on the agents page, or its id. Calls may lead on from agent to agent 10 times.", "minLength": 1, "maxLength": 100, "format": "fixed" },
                "input": { "title": "Input", "description": "What it is given as trigger.input: a text, an {{ expression }}, or an object of several. {{ trigger }} of a mail hands on the whole mail." },
                "wait": { "type": "boolean", "title": "Wait for its result", "description": "Yes when left out. Otherwise it works by itself and goes on should this run fail; cancelling this run cancels it too.", "default": true }
              }
            }
            """),
        "{ case: \"done\", runId, result: its output }; without waiting { case: \"started\", runId }",
        ["/input/**"])
    {
        LimitsAll = true,
        Rules =
        [
            "The other agent's run is its own, pinned to the version that runs when it is called, with the input as its `trigger.input`. It may do no more than the caller: each effect is judged by the permissions of both.",
            "While it waits for the result, this run rests. When the called run fails or is cancelled, this step fails and says so, and an error edge may lead on; cancelling this run cancels those it called, all the way down.",
            "It waits for 30 days, or as long as its `timeoutSeconds` says. Then the called run and all below it are asked to stop, and this step fails with `timedOut`. With a `retry` it calls anew, and what the first call still comes to does not count.",
            "What the called run costs, with all it has called itself, is added to this run's cost when it ends, whether it was waited for or not. It may spend no more than the smaller of its own and this agent's `costPerRun`.",
            "Codes of its errors: `agentFailed` and `agentCancelled` (with the called run's own code as `cause`), `timedOut`, `agentNotFound`, `callsTooDeep`, `hopLimit`.",
            "Calls lead on from agent to agent at most 10 deep; an agent that calls itself is stopped there.",
        ],
    };

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var actor = new Actor(run.WorkspaceId, ActorKind.Agent, run.AgentId, run.Agent.Name, new HashSet<Permission> { Permission.View, Permission.StartRuns });
        var called = await calls.Run(actor, run.RunId, run.Settings.GetProperty("agent").ToString(), cancel);
        if (called.Refusal is { } refusal)
            return new NodeResult.Failed(refusal.Code, refusal.Message);
        var wait = !run.Settings.TryGetProperty("wait", out var asked) || asked.ValueKind != JsonValueKind.False;
        var limit = run.Node.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualLimit;
        return new NodeResult.Pause(wait ? clock.GetUtcNow() + limit : null, Child: new StartChild(called.Value, run.Settings.TryGetProperty("input", out var input) ? input : Json.EmptyObject, wait));
    }
}
