using System.Text.Json;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>Something recognised in a text: where it stands, as it is written there, and as a value.</summary>
public readonly record struct Found(int Start, int Length, string Text, JsonElement Value)
{
    public int End => Start + Length;
}

/// <summary>Finds one sort of thing in a text. "Yesterday" is counted from the day it is given.</summary>
public interface IRecogniser
{
    IEnumerable<Found> Find(string text, DateOnly today);
}
