using System.Text.Json;
using System.Text.Json.Nodes;

namespace BizQ.Core.Agents;

/// <summary>
/// The JSON Schema (2020-12) of the definition document, made from the catalog: the editor completes with it, the API publishes
/// it, and saving checks against the very same.
/// </summary>
public sealed class DefinitionSchema(AgentCatalog catalog)
{
    private readonly Lazy<JsonElement> _whole = new(() => Make(catalog));

    /// <summary>An attempt at a node's own work holds a place among the runs under way. What only rests, such as a loop or a call, may have as long as a wait.</summary>
    private const int MostSecondsOfAnAttempt = 600;

    public JsonElement Whole => _whole.Value;

    private static JsonElement Make(AgentCatalog catalog)
    {
        var schema = JsonNode.Parse(Frame)!.AsObject();
        var node = schema["$defs"]!["node"]!.AsObject();
        node["properties"]!["kind"]!["enum"] = new JsonArray([.. catalog.Nodes.Select(kind => (JsonNode)kind.Kind)]);
        node["properties"]!["kind"]!["description"] = string.Join(" ", catalog.Nodes.Select(kind => $"{kind.Kind}: {kind.Summary}"));
        node["allOf"] = new JsonArray([.. catalog.Nodes.Select(kind => Kind(kind, catalog))]);
        schema["properties"]!["permissions"]!["properties"]!["tools"]!["items"]!["enum"] = Names(catalog);
        return Json.Element(schema);
    }

    private static JsonObject Kind(NodeDescription kind, AgentCatalog catalog)
    {
        var settings = JsonNode.Parse(kind.Settings.GetRawText())!.AsObject();
        settings["title"] = kind.Title;
        settings["description"] = $"{kind.Summary} Output: {kind.Output}";
        if (settings["properties"]?["tool"] is JsonObject tool && (string?)tool["format"] == "tool")
        {
            tool["enum"] = Names(catalog);
            settings["allOf"] = new JsonArray([.. catalog.Operations.Select(Arguments)]);
        }
        var then = new JsonObject { ["properties"] = new JsonObject { ["settings"] = settings } };
        if (settings["required"] is JsonArray { Count: > 0 } || settings["anyOf"] is not null)
            then["required"] = new JsonArray("settings");
        if (!kind.LimitsAll)
            then["properties"]!["timeoutSeconds"] = new JsonObject { ["maximum"] = MostSecondsOfAnAttempt };
        return new JsonObject { ["if"] = Says("kind", kind.Kind), ["then"] = then };
    }

    private static JsonObject Arguments(OperationDescription operation) => new()
    {
        ["if"] = Says("tool", operation.Name),
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["arguments"] = JsonNode.Parse(operation.Arguments.GetRawText()) } },
    };

    private static JsonObject Says(string name, string value) => new()
    {
        ["required"] = new JsonArray(name),
        ["properties"] = new JsonObject { [name] = new JsonObject { ["const"] = value } },
    };

    private static JsonArray Names(AgentCatalog catalog) => new([.. catalog.Operations.Select(operation => (JsonNode)operation.Name)]);

    private const string Frame =
        """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "BizQ agent, format 1",
          "type": "object",
          "additionalProperties": false,
          "required": ["format", "name", "purpose", "nodes"],
          "properties": {
            "format": { "type": "integer", "const": 1, "title": "Format", "description": "The version of this document format." },
            "name": { "type": "string", "title": "Name", "description": "What people call the agent; unique in the workspace.", "minLength": 1, "maxLength": 100 },
            "purpose": { "type": "string", "title": "Purpose", "description": "What it does and for whom, in a sentence or two.", "minLength": 1, "maxLength": 2000 },
            "type": { "type": "string", "title": "Type", "description": "A word for its kind of work, such as customer_service.", "minLength": 1, "maxLength": 50 },
            "triggers": { "type": "array", "title": "Triggers", "description": "What starts a run.", "maxItems": 20, "items": { "$ref": "#/$defs/trigger" } },
            "needs": { "type": "array", "title": "Needs", "description": "Context the agent cannot work without.", "maxItems": 50, "items": { "$ref": "#/$defs/need" } },
            "permissions": {
              "type": "object", "title": "Permissions", "description": "What it may do; deny unless listed.", "additionalProperties": false,
              "properties": {
                "tools": { "type": "array", "title": "Tools", "description": "Operations it may propose, such as mail.send.", "maxItems": 100, "items": { "type": "string" } },
                "recipients": { "type": "array", "title": "Recipients", "description": "Whom it may write to: sender, customers, an address, or @domain.", "maxItems": 200, "items": { "type": "string", "title": "Recipient", "description": "It is sender, customers, an address, or @domain.", "maxLength": 320, "pattern": "^([Ss]ender|[Cc]ustomers|[^@\\s]*@[^@\\s]+\\.[^@\\s]+)$" } },
                "context": { "type": "array", "title": "Context", "description": "Entity types and document it may read (document#TAG or document:pdf for some); * for all.", "maxItems": 100, "items": { "type": "string", "minLength": 1, "maxLength": 50 } }
              }
            },
            "limits": {
              "type": "object", "title": "Limits", "additionalProperties": false,
              "properties": {
                "maxSteps": { "type": "integer", "title": "Steps", "description": "Steps one run may take before it is parked.", "minimum": 1, "maximum": 100000 },
                "runsInFlight": { "type": "integer", "title": "Runs at once", "description": "Runs under way at the same time, on all nodes together; further ones wait their turn. A run that waits for a person or for its time does not count.", "minimum": 1, "maximum": 10000 },
                "amountPerEffect": { "$ref": "#/$defs/money", "title": "Amount per effect", "description": "The largest amount one effect may move; none given means no effect may move money." },
                "costPerRun": { "$ref": "#/$defs/money", "title": "Cost per run", "description": "Model cost one run may cause, with all runs it has called." }
              }
            },
            "autonomy": { "type": "string", "title": "Autonomy", "enum": ["approve", "automatic"], "description": "approve: every write asks a person. automatic: what the checks allow goes out by itself." },
            "nodes": { "type": "array", "title": "Nodes", "minItems": 1, "maxItems": 500, "items": { "$ref": "#/$defs/node" } },
            "edges": { "type": "array", "title": "Edges", "maxItems": 1500, "items": { "$ref": "#/$defs/edge" } }
          },
          "$defs": {
            "money": {
              "type": "object", "additionalProperties": false, "required": ["amount", "currency"],
              "properties": {
                "amount": { "type": "string", "pattern": "^[0-9]{1,12}(\\.[0-9]{1,4})?$", "description": "An amount as text, such as \"12.50\"." },
                "currency": { "type": "string", "pattern": "^[A-Z]{3}$", "description": "Three letters, such as EUR." }
              }
            },
            "trigger": {
              "type": "object", "additionalProperties": false, "required": ["id", "kind"],
              "properties": {
                "id": { "$ref": "#/$defs/id" },
                "kind": { "type": "string", "title": "Kind", "enum": ["manual", "mail", "schedule", "webhook", "event", "queue"] },
                "cron": { "type": "string", "title": "Cron", "description": "schedule: seconds, minutes, hours, day of month, month, day of week; 0 0 8 ? * MON-FRI is 8:00 on working days.", "minLength": 1, "maxLength": 120 },
                "timeZone": { "type": "string", "title": "Time zone", "description": "schedule: such as Europe/Berlin; the workspace's when left out.", "minLength": 1, "maxLength": 60 },
                "missed": { "type": "string", "title": "Missed", "description": "schedule: what happens to firings that fell into a standstill. runOnce (when left out): one run for all of them. skip: none. catchUp: one run for each of the latest mostMissed.", "enum": ["runOnce", "skip", "catchUp"] },
                "mostMissed": { "type": "integer", "title": "Most missed", "description": "schedule: how many missed firings catchUp makes up for; 10 when left out.", "minimum": 1, "maximum": 1000 },
                "auth": { "type": "string", "title": "Proof", "description": "webhook: what shows that a sender may use it. path (when left out): an address nobody can guess. signature: an HMAC-SHA256 over the time and the body. The secret is made on the agent's page and never stands here.", "enum": ["path", "signature"] },
                "event": { "type": "string", "title": "Event", "description": "event: what has to happen inside BizQ.", "enum": ["entity.changed", "document.arrived", "run.failed", "approval.decided"] },
                "type": { "type": "string", "title": "Entity type", "description": "event entity.changed: only entities of this type.", "minLength": 1, "maxLength": 50 },
                "agent": { "type": "string", "title": "Agent", "description": "event run.failed and approval.decided: only of the agent with this name or id.", "minLength": 1, "maxLength": 100 },
                "when": { "type": "string", "title": "When", "description": "event: only when this expression is true, such as trigger.entity.key === 'OG-1042'.", "minLength": 1, "maxLength": 10000 },
                "queue": { "type": "string", "title": "Queue", "description": "queue: its name within this workspace; the broker's name for it stands on the agent's page.", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" }
              }
            },
            "need": {
              "type": "object", "additionalProperties": false, "required": ["type"],
              "properties": {
                "type": { "type": "string", "title": "Type", "description": "The entity type, or document.", "minLength": 1, "maxLength": 50 },
                "fields": { "type": "array", "title": "Fields", "maxItems": 100, "items": { "type": "string", "minLength": 1, "maxLength": 100 } },
                "maxAgeDays": { "type": "integer", "title": "Not older than (days)", "minimum": 1, "maximum": 3650 },
                "required": { "type": "boolean", "title": "Required", "description": "true (when left out): without it no run begins, and it waits until it is known. false: it is only counted as missing." },
                "verified": { "type": "boolean", "title": "Verified", "description": "Somebody must stand for it." }
              }
            },
            "id": { "type": "string", "title": "Id", "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,49}$", "description": "It starts with a letter; letters, digits, _ and - follow, at most 50." },
            "node": {
              "type": "object", "additionalProperties": false, "required": ["id", "kind"],
              "properties": {
                "id": { "$ref": "#/$defs/id" },
                "kind": { "type": "string", "title": "Kind" },
                "title": { "type": "string", "title": "Title", "maxLength": 100 },
                "settings": { "type": "object", "title": "Settings" },
                "position": { "type": "object", "title": "Position", "additionalProperties": false, "required": ["x", "y"], "properties": { "x": { "type": "number" }, "y": { "type": "number" } } },
                "timeoutSeconds": { "type": "integer", "title": "Time limit (seconds)", "description": "For one attempt: at most 600; when left out 30, for models 600. Of a loop: for all of its rounds, no limit when left out. Of an agent that is called: for its whole run, 30 days when left out.", "minimum": 1, "maximum": 34560000 },
                "parent": { "type": "string", "title": "Inside of", "description": "The id of the loop (forEach or while) whose body this node is part of." },
                "join": { "type": "string", "title": "Begins", "enum": ["all", "any"], "default": "all", "description": "all: when every way that leads here has been decided. any: with the first that is taken; it runs once all the same." },
                "retry": { "$ref": "#/$defs/retry", "title": "Try again" },
                "onError": { "$ref": "#/$defs/onError", "title": "After the last error" }
              }
            },
            "retry": {
              "type": "object", "additionalProperties": false, "required": ["attempts"],
              "description": "How often and when it is tried again after an error. Pauses vary by half, so that what failed together does not come back together.",
              "properties": {
                "attempts": { "type": "integer", "title": "Attempts", "description": "In all, the first one included.", "minimum": 1, "maximum": 20 },
                "firstSeconds": { "type": "number", "title": "First pause (seconds)", "minimum": 0, "maximum": 86400, "default": 1 },
                "factor": { "type": "number", "title": "Factor", "description": "Each pause is so many times as long as the one before.", "minimum": 1, "maximum": 10, "default": 2 },
                "maxSeconds": { "type": "number", "title": "Longest pause (seconds)", "minimum": 0, "maximum": 86400, "default": 300 },
                "on": { "type": "array", "title": "For the errors", "description": "Codes such as timedOut, or * for any. Left out, the errors that the node says will pass; for loops and calls of agents those of their rounds and of the called run, timedOut included.", "minItems": 1, "maxItems": 20, "items": { "type": "string", "pattern": "^(\\*|[A-Za-z][A-Za-z0-9]{0,59})$" } }
              }
            },
            "onError": {
              "type": "object", "additionalProperties": false, "required": ["then"],
              "properties": {
                "then": { "type": "string", "title": "Then", "enum": ["stop", "continue", "ask"], "description": "stop: the run fails, unless an error edge leads on. continue: as if it had answered with the value. ask: a person says whether it is tried again, goes on with the value, or stops." },
                "value": { "title": "Value", "description": "What it counts as having answered; null when left out." }
              }
            },
            "edge": {
              "type": "object", "additionalProperties": false, "required": ["from", "to"],
              "properties": {
                "from": { "type": "string", "title": "From", "description": "The id of a node." },
                "to": { "type": "string", "title": "To", "description": "The id of a node." },
                "case": { "type": "string", "title": "Case", "description": "Only when the source's case is this one.", "minLength": 1, "maxLength": 60 },
                "when": { "type": "string", "title": "When", "description": "Only when this expression is true.", "minLength": 1, "maxLength": 10000 },
                "onError": { "type": "boolean", "title": "On error", "description": "Taken when the source has failed for good, instead of failing the run. steps.ID.error says { code, message }." }
              }
            }
          }
        }
        """;
}
