using System.Text.Json;
using BizQ.Agents.Runtime;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Chooses one way to go on: the first case whose condition is true.</summary>
public sealed class BranchNode(Expressions expressions) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "branch", "Branch", "Chooses one way to go on: the first case whose condition is true, otherwise the last resort.", "CallSplit",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false, "required": ["cases", "otherwise"],
          "properties": {
            "cases": {
              "type": "array", "title": "Cases", "minItems": 1, "maxItems": 50,
              "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "when"],
                "properties": {
                  "name": { "type": "string", "title": "Name", "description": "Edges carry it as their case.", "minLength": 1 },
                  "when": { "type": "string", "title": "Condition", "description": "An expression, such as steps.classify.output.label === 'refund'.", "minLength": 1 }
                }
              }
            },
            "otherwise": { "type": "string", "title": "Otherwise", "description": "The case when no condition is true.", "minLength": 1 }
          }
        }
        """),
        "{ case }: the name of the case that was chosen.", []);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        foreach (var choice in run.Settings.GetProperty("cases").EnumerateArray())
        {
            var holds = expressions.Holds(choice.GetProperty("when").GetString()!, run.Scope);
            if (holds.Refusal is { } refusal)
                return Task.FromResult<NodeResult>(new NodeResult.Failed(refusal.Code, refusal.Message));
            if (holds.Value)
                return Chosen(choice.GetProperty("name").GetString()!);
        }
        return Chosen(run.Settings.GetProperty("otherwise").GetString()!);
    }

    private static Task<NodeResult> Chosen(string name) => Task.FromResult<NodeResult>(new NodeResult.Completed(Json.Element(new { @case = name })));
}
