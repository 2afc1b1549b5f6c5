using System.Text.Json;
using System.Text.Json.Nodes;

namespace BizQ.Core.Agents;

/// <summary>The JSON Schema of an agent definition, made from what node kinds and tools say of themselves.</summary>
public sealed class DefinitionSchema(AgentCatalog catalog)
{
    private readonly JsonElement _whole = Json.Element(Make(catalog));

    /// <summary>For editors and programs: node settings are told apart by kind.</summary>
    public JsonElement Whole => _whole;

    private static JsonObject Make(AgentCatalog catalog) => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "BizQ agent, format 1",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("format", "name", "purpose", "nodes"),
        ["properties"] = new JsonObject
        {
            ["format"] = new JsonObject { ["const"] = AgentDefinition.CurrentFormat },
            ["name"] = Text("What people call it", 100),
            ["purpose"] = Text("What it is for, in a sentence", 1000),
            ["type"] = Text("A word for its kind of work", 60),
            ["triggers"] = List(Parse("""
                { "type": "object", "additionalProperties": false, "required": ["id", "kind"],
                  "properties": { "id": { "type": "string", "minLength": 1 }, "kind": { "enum": ["manual", "mail", "schedule"] },
                                  "cron": { "type": "string", "description": "Quartz syntax, seconds first" }, "timeZone": { "type": "string", "description": "IANA, such as Europe/Berlin" } } }
                """), 20),
            ["needs"] = List(Parse("""
                { "type": "object", "additionalProperties": false, "required": ["type"],
                  "properties": { "type": { "type": "string", "minLength": 1 }, "fields": { "type": "array", "items": { "type": "string" } },
                                  "maxAgeDays": { "type": "integer", "minimum": 0 }, "required": { "type": "boolean" } } }
                """), 50),
            ["permissions"] = Permissions(catalog),
            ["limits"] = Parse("""
                { "type": "object", "additionalProperties": false,
                  "properties": { "maxSteps": { "type": "integer", "minimum": 1, "maximum": 10000 },
                    "amountPerEffect": { "type": "object", "required": ["amount", "currency"], "additionalProperties": false,
                      "properties": { "amount": { "type": "string", "pattern": "^[0-9]+([.][0-9]+)?$" }, "currency": { "type": "string", "pattern": "^[A-Z]{3}$" } } },
                    "costPerRun": { "type": "object", "required": ["amount", "currency"], "additionalProperties": false,
                      "properties": { "amount": { "type": "string", "pattern": "^[0-9]+([.][0-9]+)?$" }, "currency": { "type": "string", "pattern": "^[A-Z]{3}$" } } } } }
                """),
            ["autonomy"] = Parse("""{ "enum": ["approve", "automatic"] }"""),
            ["nodes"] = List(Node(catalog), CheckDefinition.MostNodes),
            ["edges"] = List(Parse("""
                { "type": "object", "additionalProperties": false, "required": ["from", "to"],
                  "properties": { "from": { "type": "string" }, "to": { "type": "string" }, "case": { "type": "string" }, "when": { "type": "string" } } }
                """), CheckDefinition.MostEdges),
        },
    };

    private static JsonObject Permissions(AgentCatalog catalog) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["tools"] = List(new JsonObject { ["enum"] = Names(catalog.Operations.Select(o => o.Name)) }, 100),
            ["recipients"] = List(new JsonObject { ["type"] = "string", ["description"] = "sender, customers, an address, or @domain" }, 100),
            ["context"] = List(new JsonObject { ["type"] = "string" }, 100),
        },
    };

    private static JsonObject Node(AgentCatalog catalog) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("id", "kind"),
        ["properties"] = new JsonObject
        {
            ["id"] = Parse("""{ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,59}$", "description": "Expressions name the step by it" }"""),
            ["kind"] = new JsonObject { ["enum"] = Names(catalog.Nodes.Select(n => n.Kind)) },
            ["title"] = Text("What people see", 100),
            ["settings"] = new JsonObject { ["type"] = "object" },
            ["position"] = Parse("""{ "type": "object", "additionalProperties": false, "required": ["x", "y"], "properties": { "x": { "type": "number" }, "y": { "type": "number" } } }"""),
            ["timeoutSeconds"] = Parse("""{ "type": "integer", "minimum": 1, "maximum": 3600 }"""),
        },
        ["allOf"] = new JsonArray([.. catalog.Nodes.Select(kind => (JsonNode)new JsonObject
        {
            ["if"] = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind.Kind } } },
            ["then"] = new JsonObject { ["properties"] = new JsonObject { ["settings"] = Parse(kind.Settings.GetRawText()) } },
        })]),
    };

    private static JsonObject Text(string description, int most) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = most, ["description"] = description };

    private static JsonObject List(JsonNode items, int most) => new() { ["type"] = "array", ["maxItems"] = most, ["items"] = items };

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;
}
