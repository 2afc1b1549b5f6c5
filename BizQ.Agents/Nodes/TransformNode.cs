using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Puts values together for the steps after it.</summary>
public sealed class TransformNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "transform", "Transform", "Puts values together under names of your own.", "Transform",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false, "required": ["set"],
          "properties": { "set": { "type": "object", "title": "Values", "description": "Names and what they hold; expressions in {{ }}." } }
        }
        """),
        "The object with the names you gave.", ["/set/*"]);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Completed(run.Settings.GetProperty("set").Clone()));
}
