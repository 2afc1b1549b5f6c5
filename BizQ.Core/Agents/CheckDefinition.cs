using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>A definition that can be saved.</summary>
public sealed record CheckedDefinition(AgentDefinition Definition, JsonElement Document);

/// <summary>
/// Says everything that is wrong with a definition at once, each with its place and what to do: its shape, its graph, its
/// expressions, its tools and triggers. What one check cannot read another one reports, so that nothing hides behind anything.
/// </summary>
public sealed class CheckDefinition(AgentCatalog catalog, DefinitionSchema schema)
{
    /// <summary>A definition is read whole by people, and kept with every version.</summary>
    public const int MostBytes = 512 * 1024;

    /// <summary>More than a person can follow; a graph that large is not looked at any further.</summary>
    public const int MostNodes = 500;

    public const int MostEdges = 1500;

    public Outcome<CheckedDefinition> Of(string text)
    {
        if (TooLarge(text) is { } refusal)
            return refusal;
        try
        {
            return Of(JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = Json.MaxDepth }));
        }
        catch (JsonException wrong)
        {
            return Refusal.Invalid("notJson", $"This is not JSON: line {wrong.LineNumber + 1}, character {wrong.BytePositionInLine + 1}.", new Problem("", "Look for a missing comma, quote or bracket there."));
        }
    }

    public Outcome<CheckedDefinition> Of(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Undefined && TooLarge(document.GetRawText()) is { } refusal)
            return refusal;
        var problems = ProblemsOf(document);
        return problems.Count == 0
            ? new CheckedDefinition(Json.Read<AgentDefinition>(document)!, document)
            : Refusal.Invalid("badDefinition", $"This definition has {problems.Count} {(problems.Count == 1 ? "problem" : "problems")}; nothing was saved.", problems);
    }

    public IReadOnlyList<Problem> ProblemsOf(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object)
            return [new Problem("", "The definition must be a JSON object { … }.")];
        if (NewerFormat(document) is { } newer)
            return [newer];
        if ((TooMany(document, "nodes", MostNodes) ?? TooMany(document, "edges", MostEdges)) is { } many)
            return [many];
        var reading = DefinitionReading.Of(document, catalog);
        return
        [
            .. FitSchema.Problems(schema.Whole, document, reading.MayCompute)
                .Concat(GraphProblems.Of(reading))
                .Concat(LoopProblems.Of(reading))
                .Concat(ExpressionProblems.Of(reading, catalog))
                .Concat(PartProblems.Of(reading, catalog))
                .Distinct()
                .OrderBy(problem => Place(document, problem.Pointer), StringComparer.Ordinal)
                .Take(FitSchema.Most),
        ];
    }

    /// <summary>Another format means other rules; checking it against these would say nonsense.</summary>
    private static Problem? NewerFormat(JsonElement document) =>
        document.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.Number && format.GetDouble() is not AgentDefinition.CurrentFormat
            ? new Problem("/format", $"This definition is of format {format.GetRawText()}; this BizQ reads format {AgentDefinition.CurrentFormat}.")
            : null;

    private static Problem? TooMany(JsonElement document, string name, int most) =>
        document.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > most
            ? new Problem("/" + name, $"There are {list.GetArrayLength():N0} {name}; {most:N0} are the most one agent may have. Let it call other agents for parts of the work.")
            : null;

    private static Refusal? TooLarge(string text) => Encoding.UTF8.GetByteCount(text) is var bytes and > MostBytes
        ? Refusal.TooLarge("definitionTooLarge", $"The definition has {bytes / 1024:N0} KB; {MostBytes / 1024} KB are the most. Keep long texts as documents and let a context node look them up.")
        : null;

    /// <summary>Sorts as the document reads: by the place of each name or index on the way.</summary>
    private static string Place(JsonElement document, string pointer)
    {
        var place = new StringBuilder();
        var value = document;
        foreach (var name in pointer.Split('/').Skip(1).Select(Pointer.Unescape))
        {
            var (index, next) = value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().Select((member, i) => (i, member)).Where(m => m.member.NameEquals(name)).Select(m => (m.i, m.member.Value)).FirstOrDefault((int.MaxValue, default)),
                JsonValueKind.Array when int.TryParse(name, out var at) && at < value.GetArrayLength() => (at, value[at]),
                _ => (int.MaxValue, default),
            };
            place.Append(index.ToString("D10", CultureInfo.InvariantCulture)).Append('/');
            value = next;
        }
        return place.ToString();
    }
}
