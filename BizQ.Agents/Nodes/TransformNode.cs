using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Works values out from what is there, for later steps to use by name.</summary>
public sealed class TransformNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "transform", "Work out", "Works out values from what earlier steps found.", "Functions",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["set"],
              "properties": {
                "set": { "type": "object", "title": "Set", "description": "Names and what each stands for: a value, a text or an {{ expression }}.", "minProperties": 1, "maxProperties": 100 }
              }
            }
            """),
        "The object of all names with their values.",
        ["/set/**"])
    {
        Rules =
        [
            "Each name is worked out by itself from the same scope; none sees another's new value.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) =>
        Task.FromResult<NodeResult>(new NodeResult.Completed(run.Settings.GetProperty("set")));
}
