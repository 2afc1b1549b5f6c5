using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>The ways a search goes; each ranks what it finds, and the ranks are fused.</summary>
public enum SearchWay
{
    /// <summary>Full text: its words, by how rare they are.</summary>
    Text,

    /// <summary>Nearness in the space learned from the workspace's own texts.</summary>
    Meaning,

    /// <summary>A key, a number, a name or an address that was said exactly.</summary>
    Fields,

    /// <summary>What is related to the best that the other ways found.</summary>
    Graph,

    /// <summary>Of what the other ways found: verified, and seen lately.</summary>
    Recency,
}

/// <summary>How much the rank of each way counts; 0 leaves it out.</summary>
/// <remarks>
/// The usual ones were fixed once, on the collections of <c>./dev eval retrieval</c> together: text and meaning count alike; what is
/// named exactly counts twice; a neighbour never stands above what led to it; and being fresh parts only what is else alike.
/// </remarks>
public sealed record SearchWeights(double Text = 1, double Meaning = 1, double Fields = 2, double Graph = 0.4, double Recency = 0.1)
{
    public const double Most = 5;

    /// <summary>Where a workspace's own are kept in its settings.</summary>
    private const string Name = "searchWeights";

    public static SearchWeights Usual { get; } = new();

    public double this[SearchWay way] => way switch
    {
        SearchWay.Text => Text,
        SearchWay.Meaning => Meaning,
        SearchWay.Fields => Fields,
        SearchWay.Graph => Graph,
        _ => Recency,
    };

    public SearchWeights With(SearchWay way, double weight) => way switch
    {
        SearchWay.Text => this with { Text = weight },
        SearchWay.Meaning => this with { Meaning = weight },
        SearchWay.Fields => this with { Fields = weight },
        SearchWay.Graph => this with { Graph = weight },
        _ => this with { Recency = weight },
    };

    /// <summary>Out of range means a mistake of whoever wrote it, so the whole is refused.</summary>
    public bool IsSound => Enum.GetValues<SearchWay>().All(way => this[way] is >= 0 and <= Most) && Enum.GetValues<SearchWay>().Any(way => way != SearchWay.Recency && this[way] > 0);

    public static SearchWeights Of(JsonElement settings) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(Name, out var own) && own.ValueKind == JsonValueKind.Object
            && Json.Read<SearchWeights>(own) is { IsSound: true } weights ? weights : Usual;

    /// <summary>The settings with these; the usual ones need no place in them.</summary>
    public static JsonElement In(JsonElement settings, SearchWeights weights)
    {
        var parts = settings.ValueKind == JsonValueKind.Object ? settings.EnumerateObject().ToDictionary(part => part.Name, part => part.Value) : [];
        parts.Remove(Name);
        if (weights != Usual)
            parts[Name] = Json.Element(weights);
        return Json.Element(parts);
    }
}
