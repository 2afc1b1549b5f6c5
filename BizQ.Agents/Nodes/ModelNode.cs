using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Lets a model do one task: classify, extract, answer, draft, or something free.</summary>
public sealed class ModelNode(ModelRouter models) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "model", "Think", "Lets a model do one task: classify, extract, answer, draft, or something free.", "Psychology",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false, "required": ["task"],
          "properties": {
            "task": { "enum": ["classify", "extract", "answer", "draft", "free"], "title": "Task" },
            "input": { "type": "string", "title": "Text to work on", "description": "Expressions in {{ }}." },
            "instruction": { "type": "string", "title": "Instruction", "maxLength": 4000 },
            "labels": {
              "type": "array", "title": "Labels", "description": "Classify: what to choose from.", "maxItems": 200,
              "items": {
                "type": "object", "additionalProperties": false, "required": ["name"],
                "properties": {
                  "name": { "type": "string", "minLength": 1 },
                  "description": { "type": "string" },
                  "examples": { "type": "array", "items": { "type": "string" } }
                }
              }
            },
            "schema": { "type": "object", "title": "Schema", "description": "Extract: JSON Schema of what to find." },
            "template": { "type": "string", "title": "Template", "description": "Draft: Liquid over the values.", "maxLength": 20000 },
            "values": { "type": "object", "title": "Values", "description": "Draft: what the template sees; expressions in {{ }}." },
            "evidence": { "enum": ["all", "none"], "title": "Evidence", "description": "Whether it may rely on what earlier steps looked up." },
            "model": { "type": "string", "title": "Model", "description": "The name of a connected model; the router chooses when left out." }
          }
        }
        """),
        "classify: { label, confidence, scores }. extract: the object. answer: { text, known, confidence, citations }. draft and free: { text }.",
        ["/input", "/values/*", "/values/*/*", "/values/*/*/*"]);

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var kind = Enum.Parse<ModelTaskKind>(run.Settings.GetProperty("task").GetString()!, ignoreCase: true);
        var answer = await models.Run(
            new ModelTask(
                kind,
                run.WorkspaceId,
                Text(run, "input") ?? "",
                Text(run, "instruction"),
                run.Settings.TryGetProperty("labels", out var labels) ? Json.Read<List<LabelExample>>(labels) : null,
                Element(run, "schema"),
                Text(run, "evidence") == "none" ? [] : run.Gathered,
                Text(run, "template"),
                Element(run, "values"),
                Text(run, "model")),
            cancel);
        return new NodeResult.Completed(answer.Output, Use: answer.Use);
    }

    private static string? Text(NodeRun run, string name) =>
        run.Settings.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : null;

    private static JsonElement? Element(NodeRun run, string name) => run.Settings.TryGetProperty(name, out var value) ? value.Clone() : null;
}
