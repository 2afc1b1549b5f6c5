using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>What the run answers with.</summary>
public sealed class OutputNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "output", "Result", "What the run answers with when it ends here.", "Flag",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["value"],
              "properties": {
                "value": { "title": "Value", "description": "The run's result: a text, an {{ expression }}, or an object of several." }
              }
            }
            """),
        "The value.",
        ["/value/**"])
    {
        Rules =
        [
            "The run's output is what its last output node came to. In the body of a loop it is what that round comes to.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Completed(run.Settings.GetProperty("value")));
}
