using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Proposes to act on the world. It never acts: the effect is judged, approved, and only then done.</summary>
public sealed class ToolNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "tool", "Act", "Proposes an action. It is checked, approved where it matters, and only then done.", "Bolt",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false, "required": ["tool", "arguments"],
          "properties": {
            "tool": { "type": "string", "title": "Operation", "description": "Such as mail.send; the agent's permissions must list it.", "minLength": 1 },
            "arguments": { "type": "object", "title": "Arguments", "description": "What to do it with; expressions in {{ }}." }
          }
        }
        """),
        "{ effectId, state, result }: state is done or rejected.", ["/arguments/*", "/arguments/*/*", "/arguments/*/*/*"]);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Propose(run.Settings.GetProperty("tool").GetString()!, run.Settings.GetProperty("arguments").Clone()));
}
