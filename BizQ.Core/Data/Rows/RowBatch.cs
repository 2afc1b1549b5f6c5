using System.Collections.Concurrent;

namespace BizQ.Core.Data.Rows;

/// <summary>Sets of rows sorted into statements: guards first, then the rest, each kind of write together.</summary>
internal sealed class RowBatch
{
    private static readonly ConcurrentDictionary<(RowKind Kind, bool IsGuard), string> Names = new();

    public RowBatch(IReadOnlyList<RowSet> sets)
    {
        var parts = new Dictionary<(RowKind, bool), Part>();
        // In the order of their ids, so that two who write the same rows wait for each other instead of locking each other out.
        foreach (var set in sets.OrderBy(s => s.Id))
        {
            Add(parts, set.Guard, set.Id, isGuard: true);
            foreach (var write in set.Rest)
                Add(parts, write, set.Id, isGuard: false);
        }
        Parts = [.. parts.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
        Name = string.Join(' ', Parts.Select(p => p.Name));
    }

    /// <summary>The same for batches that take the same statement.</summary>
    public string Name { get; }

    public IReadOnlyList<Part> Parts { get; }

    private static void Add(Dictionary<(RowKind, bool), Part> parts, RowWrite write, Guid set, bool isGuard)
    {
        var key = (write.Kind, isGuard);
        if (!parts.TryGetValue(key, out var part))
            parts[key] = part = new Part(Names.GetOrAdd(key, NameOf), write.Kind, isGuard);
        part.Rows.Add(write.Row);
        part.Sets.Add(set);
    }

    private static string NameOf((RowKind Kind, bool IsGuard) key) =>
        $"{(key.IsGuard ? "guard" : "rest")} {key.Kind.Act} {key.Kind.Type.Name} {(key.Kind.Only is { } only ? string.Join(',', only) : "*")};";

    /// <summary>Rows that are written in the same way, and the set each belongs to.</summary>
    internal sealed record Part(string Name, RowKind Kind, bool IsGuard)
    {
        public List<object> Rows { get; } = [];

        public List<Guid> Sets { get; } = [];
    }
}
