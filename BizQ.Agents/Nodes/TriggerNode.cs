using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Validation;

namespace BizQ.Agents.Nodes;

/// <summary>Where a run comes in. What somebody outside wrote is kept as evidence of what they said, and taints the run.</summary>
public sealed class TriggerNode(TimeProvider clock) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "trigger", "Trigger", "Starts the work when something comes in.", "Bolt",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "on": {
                  "type": "array", "title": "Starts for", "maxItems": 20,
                  "description": "Ids of this agent's triggers. Leave it out to start for all of them.",
                  "items": { "type": "string", "minLength": 1 }
                }
              }
            }
            """),
        "What came in: { kind, mail: { id, messageId, from: { address, name }, to, subject, text, … } } for a mail, { kind, input } for a run by hand or API, { kind, firedAt, triggerId } for a schedule, { kind, triggerId, body, contentType, … } for a webhook or a queue, { kind, triggerId, event, at, … } for an event.",
        [])
    {
        Rules =
        [
            "It has no edges leading to it. A run begins at every trigger node that starts for what began the run: those without `on`, and those whose `on` names the trigger.",
            "A run by hand, over the API or from another agent enters where `manual` may enter. One that is given a whole mail as its input counts as that mail.",
            "Mails, API calls and input by hand are text from outside: the run is tainted by them, and a tainted run's writes ask a person.",
        ],
    };

    public bool ReadsScope => true;

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var trigger = run.Scope.GetProperty("trigger");
        var kind = trigger.ValueKind == JsonValueKind.Object && trigger.TryGetProperty("kind", out var named) ? named.ToString() : "manual";
        if (kind == "schedule")
            return Done(new NodeResult.Completed(trigger));
        var said = CameIn.Of(trigger);
        IReadOnlyList<Evidence> evidence = said.Text.Length == 0
            ? []
            : [new Evidence("input", null, kind, said.Subject ?? "What came in", said.Address ?? "the run's input", said.ReceivedAt ?? clock.GetUtcNow(), 0, Whole(said))];
        // What another agent hands over is as clean as that agent's run, whose taint this run has inherited.
        return Done(new NodeResult.Completed(trigger, evidence, Taints: kind != "agent"));
    }

    private static string Whole(CameIn said) => said.Subject is { Length: > 0 } subject ? $"{subject}\n\n{said.Text}" : said.Text;

    private static Task<NodeResult> Done(NodeResult result) => Task.FromResult(result);
}
