using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>A definition that can be saved.</summary>
public sealed record CheckedDefinition(AgentDefinition Definition, JsonElement Document);

/// <summary>Whether a document is an agent that can run: everything wrong with it at once, each with a JSON pointer.</summary>
public sealed class CheckDefinition(AgentCatalog catalog, DefinitionSchema schema)
{
    public const int MostNodes = 200;
    public const int MostEdges = 500;

    /// <summary>Of the whole document as text.</summary>
    public const int MostBytes = 512 * 1024;

    private readonly Lazy<Task<DefinitionShape>> _shape = new(() => DefinitionShape.Of(schema, catalog));

    public async Task<Outcome<CheckedDefinition>> Of(string text)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) > MostBytes)
            return Refusal.TooLarge("definitionTooLarge", $"A definition may have {MostBytes / 1024} KB. Move long texts into documents.");
        JsonElement document;
        try
        {
            document = JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = Json.MaxDepth });
        }
        catch (JsonException wrong)
        {
            return Refusal.Invalid("notJson", $"This is not JSON: line {wrong.LineNumber + 1}, character {wrong.BytePositionInLine + 1}.", new Problem("", "Look for a missing comma, quote or bracket there."));
        }
        return await Of(document);
    }

    public async Task<Outcome<CheckedDefinition>> Of(JsonElement document)
    {
        var shape = await _shape.Value;
        List<Problem> problems = [.. shape.Problems(document)];
        // A document of the wrong shape cannot be read as a definition; what is about meaning comes once it can.
        if (Read(document) is { } definition)
            problems.AddRange(DefinitionMeaning.Problems(definition, catalog));
        else if (problems.Count == 0)
            problems.Add(new Problem("", "It cannot be read as an agent definition."));
        return problems.Count > 0
            ? Refusal.Invalid("badDefinition", $"This definition has {problems.Count} {(problems.Count == 1 ? "problem" : "problems")}; nothing was saved.", problems)
            : new CheckedDefinition(Read(document)!, document);
    }

    private static AgentDefinition? Read(JsonElement document)
    {
        try
        {
            return document.ValueKind == JsonValueKind.Object ? Json.Read<AgentDefinition>(document) : null;
        }
        catch (JsonException)
        {
            // The shape's problems say what is wrong, and where.
            return null;
        }
    }
}
