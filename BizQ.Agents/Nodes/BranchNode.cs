using System.Text.Json;
using BizQ.Agents.Runtime;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Chooses one way on. The edges that leave it carry the case they are for.</summary>
public sealed class BranchNode(Expressions expressions) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "branch", "Branch", "Goes one of several ways.", "CallSplit",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["cases", "otherwise"],
              "properties": {
                "cases": {
                  "type": "array", "title": "Cases", "description": "Looked at from the top; the first that holds is taken.", "minItems": 1, "maxItems": 50,
                  "items": {
                    "type": "object", "additionalProperties": false, "required": ["name", "when"],
                    "properties": {
                      "name": { "type": "string", "title": "Name", "description": "Edges that leave this node name it as their case.", "minLength": 1, "maxLength": 60, "format": "fixed" },
                      "when": { "type": "string", "title": "When", "format": "expression", "description": "An expression, such as steps.classify.output.label === 'refund'.", "minLength": 1, "maxLength": 10000 }
                    }
                  }
                },
                "otherwise": { "type": "string", "title": "Otherwise", "description": "The case taken when none holds.", "minLength": 1, "maxLength": 60, "format": "fixed" }
              }
            }
            """),
        "{ case: the name of the case that was taken }",
        [])
    {
        Rules =
        [
            "Cases are looked at from the top. One whose condition cannot be worked out fails the step; it is not passed over.",
            "Every edge out of it names a case, and every case leads somewhere.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        foreach (var one in run.Settings.GetProperty("cases").EnumerateArray())
        {
            var holds = expressions.Holds(one.GetProperty("when").ToString(), run.Scope);
            if (holds.Refusal is { } refusal)
                return Task.FromResult<NodeResult>(new NodeResult.Failed(refusal.Code, $"The case '{one.GetProperty("name")}' could not be decided. {refusal.Message}"));
            if (holds.Value)
                return Taken(one.GetProperty("name").ToString());
        }
        return Taken(run.Settings.GetProperty("otherwise").ToString());
    }

    private static Task<NodeResult> Taken(string name) => Task.FromResult<NodeResult>(new NodeResult.Completed(Json.Element(new { @case = name })));
}
