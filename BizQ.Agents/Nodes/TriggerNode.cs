using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Where a run comes in: hands on what started it.</summary>
public sealed class TriggerNode : INodeKind
{
    private static readonly string[] Untrusted = ["mail", "api", "manual"];

    public NodeDescription Description { get; } = new(
        "trigger", "Start", "Where a run comes in: a mail, a schedule, or somebody pressing Run now.", "PlayCircle",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false,
          "properties": {
            "on": { "type": "array", "title": "Triggers", "description": "Ids of the triggers that start here; all of them when left out.", "items": { "type": "string" } }
          }
        }
        """),
        "What started the run, as expressions see it under trigger.", []);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var trigger = run.Scope.GetProperty("trigger");
        // What a schedule says is BizQ's own; everything else was written by somebody outside.
        var taints = trigger.ValueKind != JsonValueKind.Object || !trigger.TryGetProperty("kind", out var kind) || Untrusted.Contains(kind.GetString());
        return Task.FromResult<NodeResult>(new NodeResult.Completed(trigger.Clone(), Taints: taints));
    }
}
