using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>What the run as a whole came to.</summary>
public sealed class OutputNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "output", "Output", "What the run as a whole came to; whoever started it gets this.", "Output",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false,
          "properties": { "value": { "title": "Value", "description": "Any JSON; expressions in {{ }}." } }
        }
        """),
        "The value.", ["/value", "/value/*"]);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Completed(run.Settings.TryGetProperty("value", out var value) ? value.Clone() : Json.Element<object?>(null)));
}
