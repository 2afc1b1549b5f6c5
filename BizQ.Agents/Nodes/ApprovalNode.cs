using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Shows something to a person and waits for a yes or no.</summary>
public sealed class ApprovalNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "approval", "Ask a person", "Shows something to a person and goes on when they have decided.", "HowToReg",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["title", "show"],
              "properties": {
                "title": { "type": "string", "title": "Question", "description": "What is to be decided, such as Is this refund right?", "minLength": 1, "maxLength": 300 },
                "why": { "type": "string", "title": "Why", "description": "Why a person is asked, in one sentence.", "maxLength": 1000 },
                "show": { "title": "Shown", "description": "What the person looks at: a text, an {{ expression }}, or an object of several." }
              }
            }
            """),
        "{ case: \"approved\" or \"rejected\", reason, by: who decided }",
        ["/title", "/why", "/show/**"])
    {
        Rules =
        [
            "The run waits, at no cost, until somebody has decided; who decides cannot be who started the run.",
            "After a no, only edges of `case: \"rejected\"` lead on. Without one the run ends, succeeded, with what the person said.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var title = Text(run.Settings, "title") is { Length: > 0 } asked ? asked : run.Node.Title ?? "A decision is needed";
        var why = Text(run.Settings, "why") is { Length: > 0 } given ? given : $"{run.Agent.Name} was built to ask a person here.";
        return Task.FromResult<NodeResult>(new NodeResult.Ask(title, why, run.Settings.GetProperty("show")));
    }

    private static string? Text(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : null;
}
