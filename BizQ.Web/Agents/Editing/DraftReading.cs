using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Web.Agents.Editing;

/// <summary>A problem and where it stands in the text.</summary>
public sealed record PlacedProblem(string Pointer, string Message, TextPlace Place);

/// <summary>What can be made of a text that somebody is writing.</summary>
/// <param name="Document">Null when it is not JSON.</param>
public sealed record DraftReading(JsonElement? Document, IReadOnlyList<PlacedProblem> Problems, JsonPlaces Places)
{
    public static DraftReading Of(string text, CheckDefinition check)
    {
        var places = JsonPlaces.Of(text);
        try
        {
            var document = JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = Json.MaxDepth });
            return new DraftReading(document, [.. check.ProblemsOf(document).Select(p => new PlacedProblem(p.Pointer, p.Message, places.At(p.Pointer)))], places);
        }
        catch (JsonException wrong)
        {
            var place = places.AtByte(wrong.LineNumber ?? 0, wrong.BytePositionInLine ?? 0);
            return new DraftReading(null, [new PlacedProblem("", $"Line {place.Line} is not JSON. Look for a missing comma, quote or bracket there or just before.", place)], places);
        }
    }
}
