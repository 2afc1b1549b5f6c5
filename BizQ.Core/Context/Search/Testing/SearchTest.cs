using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>Something a person marked as a right or a wrong answer.</summary>
/// <param name="OwnerId">The document of a passage: when it was read anew, any of its passages stands for the one that is gone.</param>
public sealed record Marked(Guid Id, Guid OwnerId, string Title, bool Right);

/// <summary>A question whose right and wrong answers people have marked, kept to see what a change of weights does to it.</summary>
public sealed class SearchTest : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Query { get; set; }
    /// <summary>As it is compared: one test for one question.</summary>
    public required string LookupQuery { get; init; }
    /// <summary>A JSON array of <see cref="Marked"/>.</summary>
    public required JsonElement Marks { get; set; }
    public required string SavedBy { get; set; }
    public required DateTimeOffset SavedAt { get; set; }

    public IReadOnlyList<Marked> MarksOf() => Json.Read<List<Marked>>(Marks) ?? [];
}

/// <summary>How good an order of answers is: nDCG@10 (Järvelin and Kekäläinen, 2002), a right answer counting one. Pure.</summary>
public static class SearchGain
{
    public const int Depth = 10;

    /// <summary>0 to 1, where 1 has all that is right before all else.</summary>
    public static double Of(IReadOnlyList<bool> rightInOrder, int right)
    {
        var gain = rightInOrder.Take(Depth).Select((hit, place) => hit ? 1 / Math.Log2(place + 2) : 0).Sum();
        return right == 0 ? 0 : gain / Enumerable.Range(0, Math.Min(right, Depth)).Sum(place => 1 / Math.Log2(place + 2));
    }

    /// <summary>Each marked answer counts once, however many passages of its document are found.</summary>
    public static (double Gain, int WrongShown) Of(IReadOnlyList<(Guid Id, Guid OwnerId)> found, IReadOnlyList<Marked> marks)
    {
        var left = marks.Where(m => m.Right).ToList();
        List<bool> hits = [];
        foreach (var (id, owner) in found.Take(Depth))
        {
            var hit = left.Find(m => m.Id == id) ?? left.Find(m => m.OwnerId == owner && !found.Any(f => f.Id == m.Id));
            hits.Add(hit is not null && left.Remove(hit));
        }
        var wrong = found.Take(Depth).Count(f => marks.Any(m => !m.Right && m.Id == f.Id));
        return (Of(hits, marks.Count(m => m.Right)), wrong);
    }
}
