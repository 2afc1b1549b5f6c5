using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Proposes that a tool does something. Whether and when it happens is the ledger's to decide.</summary>
public sealed class ToolNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "tool", "Tool", "Proposes an action, such as sending a mail. It is checked, and approved where it matters, before it happens.", "Build",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["tool", "arguments"],
              "properties": {
                "tool": { "type": "string", "title": "Tool", "format": "tool", "description": "What to do, such as mail.send. The agent's permissions must list it.", "minLength": 1 },
                "arguments": { "type": "object", "title": "Arguments", "description": "What the tool needs; any text may hold {{ expressions }}." }
              }
            }
            """),
        "{ effectId, state: \"done\" or \"rejected\", result: what the tool answered, case: \"approved\" or \"rejected\" where a person decided }",
        ["/arguments/**"])
    {
        Rules =
        [
            "It never acts by itself: it proposes an effect, which is judged, approved by a person where that is needed, looked at again, and only then carried out under a key that makes a repeat harmless.",
            "After a person's no, the step has succeeded with `case: \"rejected\"`; only edges of that case lead on, and without one the run ends with what the person said.",
            "A crash between intent and result asks a person, unless the tool knows the key.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Propose(
            run.Settings.GetProperty("tool").ToString(),
            run.Settings.TryGetProperty("arguments", out var arguments) ? arguments : Json.EmptyObject));
}
