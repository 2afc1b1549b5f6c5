using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core.Agents;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models.ToolUse;

/// <summary>A tool as a model is told of it.</summary>
/// <param name="Name">What the model calls it: the protocol allows letters, digits, _ and - only.</param>
/// <param name="Tool">What it is here: an operation, or "context".</param>
public sealed partial record ToolOffer(string Name, string Tool, string Title, string Description, JsonElement Arguments)
{
    /// <summary>What of a look-up a model may choose; what it may read is the agent's permission.</summary>
    private static readonly JsonElement s_lookUp = JsonElement.Parse(
        """
        {
          "type": "object", "additionalProperties": false,
          "properties": {
            "search": { "type": "string", "description": "Words or a question.", "minLength": 1, "maxLength": 10000 },
            "types": { "type": "array", "description": "Types of things to search in, and \"document\" for passages of documents. Left out, all that may be read.", "items": { "type": "string", "minLength": 1 }, "maxItems": 20 },
            "limit": { "type": "integer", "minimum": 1, "maximum": 20 },
            "entities": {
              "type": "array", "maxItems": 20, "description": "Each finds one thing by its exact fields.",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["as", "type", "where"],
                "properties": {
                  "as": { "type": "string", "description": "A name for it in the result.", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,49}$" },
                  "type": { "type": "string", "description": "Such as order.", "minLength": 1 },
                  "where": { "type": "object", "description": "Fields (or \"key\") and what each must equal.", "minProperties": 1, "maxProperties": 10, "additionalProperties": { "type": ["string", "number", "boolean"] } }
                }
              }
            }
          },
          "anyOf": [{ "required": ["search"] }, { "required": ["entities"] }]
        }
        """);

    /// <summary>The node's tools that its agent may use; what it may not is not even named to the model.</summary>
    public static IReadOnlyList<ToolOffer> Of(IReadOnlyList<string> tools, PermissionsDefinition permissions, IEnumerable<OperationDescription> known)
    {
        var operations = known.DistinctBy(o => o.Name).ToDictionary(o => o.Name, StringComparer.Ordinal);
        var offers = new List<ToolOffer>();
        foreach (var tool in tools)
        {
            if (tool == ToolLoop.LookUp)
                offers.Add(new ToolOffer(NameFor("look_up", offers), tool, "Look up", $"Finds passages and things the business knows, with their sources and dates. {Types(permissions)}", s_lookUp));
            else if (operations.TryGetValue(tool, out var operation) && permissions.Tools.Contains(tool))
                offers.Add(new ToolOffer(NameFor(tool, offers), tool, operation.Title, $"{operation.Summary}{(operation.Writes ? " It is checked and may wait for a person before it happens." : "")}", operation.Arguments));
        }
        return offers;
    }

    public AITool Declaration() => AIFunctionFactory.CreateDeclaration(Name, Description, Arguments);

    /// <summary>What is wrong with these arguments, in words the model can act on; null when nothing is.</summary>
    public string? ProblemOf(JsonElement arguments)
    {
        const int most = 5;
        var problems = FitSchema.Problems(Arguments, arguments, _ => false);
        return problems.Count == 0 ? null : string.Join(" ", problems.Take(most).Select(problem => $"{(problem.Pointer.Length == 0 ? "" : problem.Pointer + ": ")}{problem.Message}"));
    }

    private static string Types(PermissionsDefinition permissions) =>
        permissions.Context.Contains("*") ? "" : permissions.Context.Count == 0 ? "Nothing may be read at present." : $"These types may be read: {string.Join(", ", permissions.Context)}.";

    private static string NameFor(string tool, List<ToolOffer> taken)
    {
        // 64 characters are the protocol's most; the number keeps two that come out alike apart.
        const int most = 60;
        var name = Foreign().Replace(tool, "_");
        name = name.Length <= most ? name : name[..most];
        return taken.Exists(offer => offer.Name == name) ? $"{name}_{taken.Count}" : name;
    }

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Foreign();
}
