using System.Text.Json;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Proposes that a tool does something. Whether and when it happens is the ledger's to decide.</summary>
public sealed class ToolNode(IEnumerable<ITool> tools, Ids ids) : INodeKind
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

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var operation = run.Settings.GetProperty("tool").ToString();
        var arguments = run.Settings.TryGetProperty("arguments", out var given) ? given : Json.EmptyObject;
        return run is { ByModel: true, Rehearsal: false } && tools.FirstOrDefault(t => t.Operations.Any(o => o.Name == operation && !o.Writes)) is { } reading
            ? await Read(reading, run, operation, arguments, cancel)
            : new NodeResult.Propose(operation, arguments);
    }

    /// <summary>What a model only wants to know changes nothing and needs nobody's yes; what comes back is text from outside.</summary>
    private async Task<NodeResult> Read(ITool tool, NodeRun run, string operation, JsonElement arguments, CancellationToken cancel)
    {
        if (!run.Agent.Permissions.Tools.Contains(operation))
            return new NodeResult.Failed("toolNotPermitted", $"{run.Agent.Name} may not use {operation}.");
        var id = ids.New();
        return await tool.Execute(new ToolCall(run.WorkspaceId, run.RunId, id, operation, arguments, id.ToString("N")), cancel) switch
        {
            ToolResult.Done done => new NodeResult.Completed(Json.Element(new { @case = "done", result = done.Result }), Taints: true),
            ToolResult.Failed failed => new NodeResult.Failed(failed.Code, failed.Message, failed.Retryable),
            ToolResult.Uncertain uncertain => new NodeResult.Failed("noAnswer", uncertain.Message, Retryable: true),
            _ => throw new InvalidOperationException($"{operation} came to something a node does not know."),
        };
    }
}
