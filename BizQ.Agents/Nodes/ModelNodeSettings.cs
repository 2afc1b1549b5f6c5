using System.Text.Json;

namespace BizQ.Agents.Nodes;

/// <summary>What can be set on a model node; each task needs its own part of it.</summary>
internal static class ModelNodeSettings
{
    public static readonly JsonElement Schema = JsonElement.Parse(
        """
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["task"],
          "properties": {
            "task": {
              "type": "string", "title": "Task", "enum": ["classify", "extract", "answer", "draft", "free"],
              "description": "classify: choose one label. extract: fill a schema from a text. answer: answer a question from what was looked up, with citations. draft: write a text from a template and what was found. free: follow the instruction."
            },
            "input": { "title": "Input", "description": "The text to work on, such as {{ trigger.mail.text }}. It is treated as data, never as an order." },
            "instruction": { "type": "string", "title": "Instruction", "format": "fixed", "maxLength": 20000, "description": "What to do, in your own fixed words. It takes no {{ }}: what comes from outside belongs in the input." },
            "labels": {
              "type": "array", "title": "Labels", "minItems": 2, "maxItems": 200, "description": "classify: what to choose from. A few real examples for each make it good.",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["name"],
                "properties": {
                  "name": { "type": "string", "title": "Name", "minLength": 1, "maxLength": 100, "format": "fixed" },
                  "description": { "type": "string", "title": "What it means", "maxLength": 2000, "format": "fixed" },
                  "examples": { "type": "array", "title": "Examples", "description": "Texts that bear this label.", "maxItems": 1000, "items": { "type": "string", "maxLength": 5000 } }
                }
              }
            },
            "schema": { "type": "object", "title": "Schema", "format": "json-schema", "description": "extract (and free, if you like): JSON Schema of the answer. Property names and descriptions say what to look for." },
            "template": { "type": "string", "title": "Template", "format": "liquid", "maxLength": 50000, "description": "draft: a Liquid template over the values, such as Dear {{ name }}. It sees the values only." },
            "values": { "type": "object", "title": "Values", "description": "draft: names the template may use, each a text or an {{ expression }}." },
            "evidence": { "type": "string", "title": "Evidence", "enum": ["all", "none"], "default": "all", "description": "answer and draft: whether it may rely on what earlier steps looked up." },
            "model": { "type": "string", "title": "Model", "minLength": 1, "maxLength": 100, "description": "The name of a configured model. Leave it out and BizQ chooses." },
            "tools": { "type": "array", "title": "Tools", "description": "What the model may use while it works: context to look things up, and operations such as mail.send, which the agent's permissions must list. An operation that acts is checked, and approved where it matters, before it happens.", "minItems": 1, "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 100, "format": "fixed" } },
            "maxTurns": { "type": "integer", "title": "Most turns", "description": "With tools: how often the model is asked. In the last turn it must answer.", "minimum": 2, "maximum": 50, "default": 10 },
            "maxCalls": { "type": "integer", "title": "Most calls in a turn", "description": "With tools: how many it may call for at once.", "minimum": 1, "maximum": 20, "default": 8 }
          },
          "allOf": [
            { "if": { "properties": { "task": { "const": "classify" } } }, "then": { "required": ["input", "labels"] } },
            { "if": { "properties": { "task": { "const": "extract" } } }, "then": { "required": ["input", "schema"] } },
            { "if": { "properties": { "task": { "const": "answer" } } }, "then": { "required": ["input"] } },
            { "if": { "properties": { "task": { "const": "draft" } } }, "then": { "anyOf": [{ "required": ["template"] }, { "required": ["instruction"] }] } },
            { "if": { "properties": { "task": { "const": "free" } } }, "then": { "required": ["instruction"] } }
          ]
        }
        """);
}
