using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Stops until a person has looked at something and said yes or no.</summary>
public sealed class ApprovalNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        "approval", "Ask a person", "Stops until a person has looked at something and said yes or no.", "HowToReg",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false, "required": ["title"],
          "properties": {
            "title": { "type": "string", "title": "Question", "minLength": 1, "maxLength": 200 },
            "why": { "type": "string", "title": "Why it is asked", "maxLength": 1000 },
            "show": { "title": "What to show", "description": "Any JSON; expressions in {{ }}." }
          }
        }
        """),
        "{ case, reason, by }: case is approved or rejected.", ["/title", "/why", "/show", "/show/*"]);

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var why = run.Settings.TryGetProperty("why", out var given) && given.GetString() is { Length: > 0 } text ? text : $"{run.Agent.Name} asks before it goes on.";
        var show = run.Settings.TryGetProperty("show", out var shown) ? shown.Clone() : Json.EmptyObject;
        return Task.FromResult<NodeResult>(new NodeResult.Ask(run.Settings.GetProperty("title").GetString()!, why, show));
    }
}
