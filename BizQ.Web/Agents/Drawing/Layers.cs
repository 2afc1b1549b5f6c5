namespace BizQ.Web.Agents.Drawing;

/// <summary>A place in a layer: a node, or where a long edge passes through.</summary>
internal sealed class Slot(int? node, double width)
{
    public int? Node => node;

    public double Width => width;

    public double X { get; set; }

    public List<Slot> Above { get; } = [];

    public List<Slot> Below { get; } = [];
}

/// <summary>
/// Layers after Sugiyama: each node below all that lead to it, long edges in a place of their own in every layer they pass, few
/// crossings by the barycentre method, and each place as near to the middle of its neighbours as its layer allows.
/// </summary>
internal sealed class Layers
{
    private const int Sweeps = 12;

    // Beyond this a picture shows a thicket either way, and the sweeps would be felt while somebody types.
    private const int MostSwept = 3000;

    private readonly List<Slot>[] _layers;

    private Layers(List<Slot>[] layers, IReadOnlyDictionary<SketchEdge, IReadOnlyList<Slot>> ways) => (_layers, Ways) = (layers, ways);

    public IReadOnlyList<IReadOnlyList<Slot>> All => _layers;

    /// <summary>The slots an edge goes through, its two ends included.</summary>
    public IReadOnlyDictionary<SketchEdge, IReadOnlyList<Slot>> Ways { get; }

    /// <param name="gap">The space between two neighbours.</param>
    public static Layers Of(GraphSketch sketch, double nodeWidth, double bendWidth, double gap)
    {
        var depth = Depths(sketch);
        var slots = sketch.Nodes.Select((_, index) => new Slot(index, nodeWidth)).ToList();
        var layers = Enumerable.Range(0, depth.DefaultIfEmpty(-1).Max() + 1).Select(_ => new List<Slot>()).ToArray();
        var ways = new Dictionary<SketchEdge, IReadOnlyList<Slot>>();
        var outOf = sketch.Edges.Where(e => !e.Back).ToLookup(e => e.From);
        var placed = new bool[slots.Count];
        for (var node = 0; node < slots.Count; node++)
        {
            if (depth[node] == 0)
                Place(node);
        }
        var drawn = new Layers(layers, ways);
        drawn.Uncross();
        drawn.Spread(gap);
        return drawn;

        // Depth first, so that what belongs together starts out side by side.
        void Place(int from)
        {
            if (placed[from])
                return;
            placed[from] = true;
            layers[depth[from]].Add(slots[from]);
            foreach (var edge in outOf[from])
            {
                var way = new List<Slot> { slots[from] };
                for (var layer = depth[from] + 1; layer < depth[edge.To]; layer++)
                {
                    var bend = new Slot(null, bendWidth);
                    layers[layer].Add(bend);
                    way.Add(bend);
                }
                way.Add(slots[edge.To]);
                for (var i = 1; i < way.Count; i++)
                {
                    way[i - 1].Below.Add(way[i]);
                    way[i].Above.Add(way[i - 1]);
                }
                ways[edge] = way;
                Place(edge.To);
            }
        }
    }

    /// <summary>The longest way to each node.</summary>
    private static int[] Depths(GraphSketch sketch)
    {
        var depth = new int[sketch.Nodes.Count];
        var edges = sketch.Edges.Where(e => !e.Back).ToList();
        var open = new int[sketch.Nodes.Count];
        foreach (var edge in edges)
            open[edge.To]++;
        var outOf = edges.ToLookup(e => e.From);
        var ready = new Queue<int>(Enumerable.Range(0, open.Length).Where(n => open[n] == 0));
        while (ready.TryDequeue(out var node))
        {
            foreach (var edge in outOf[node])
            {
                depth[edge.To] = Math.Max(depth[edge.To], depth[node] + 1);
                if (--open[edge.To] == 0)
                    ready.Enqueue(edge.To);
            }
        }
        return depth;
    }

    private void Uncross()
    {
        if (_layers.Sum(l => l.Count) > MostSwept)
            return;
        var (best, fewest) = (Order(), Crossings());
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            var down = sweep % 2 == 0;
            for (var i = 1; i < _layers.Length; i++)
                Sort(_layers[down ? i : _layers.Length - 1 - i], down);
            if (Crossings() is var now && now < fewest)
                (best, fewest) = (Order(), now);
        }
        for (var i = 0; i < _layers.Length; i++)
            _layers[i] = best[i];

        List<Slot>[] Order() => [.. _layers.Select(l => l.ToList())];
    }

    private void Sort(List<Slot> layer, bool down)
    {
        var place = new Dictionary<Slot, double>();
        foreach (var other in _layers)
        {
            for (var i = 0; i < other.Count; i++)
                place[other[i]] = i;
        }
        var sorted = layer.Select((slot, i) => (slot, At: (down ? slot.Above : slot.Below) is { Count: > 0 } near ? near.Average(n => place[n]) : i)).OrderBy(s => s.At).Select(s => s.slot).ToList();
        layer.Clear();
        layer.AddRange(sorted);
    }

    private int Crossings()
    {
        var crossings = 0;
        for (var i = 0; i + 1 < _layers.Length; i++)
        {
            var place = _layers[i + 1].Select((slot, at) => (slot, at)).ToDictionary(s => s.slot, s => s.at);
            var ends = _layers[i].SelectMany(slot => slot.Below.Select(b => place[b]).Order()).ToList();
            for (var a = 0; a < ends.Count; a++)
            {
                for (var b = a + 1; b < ends.Count; b++)
                    crossings += ends[b] < ends[a] ? 1 : 0;
            }
        }
        return crossings;
    }

    private void Spread(double gap)
    {
        foreach (var layer in _layers)
        {
            var at = 0.0;
            foreach (var slot in layer)
            {
                slot.X = at + slot.Width / 2;
                at += slot.Width + gap;
            }
        }
        // The last one goes down, so that a chain runs straight and what branches lies evenly below its branch.
        for (var sweep = 0; sweep <= Sweeps; sweep++)
        {
            var down = sweep % 2 == 0;
            for (var i = 0; i < _layers.Length; i++)
            {
                var layer = _layers[down ? i : _layers.Length - 1 - i];
                Settle(layer, [.. layer.Select(slot => (down ? slot.Above : slot.Below) is { Count: > 0 } near ? near.Average(n => n.X) : slot.X)], gap);
            }
        }
        var left = _layers.SelectMany(l => l).Select(s => s.X - s.Width / 2).DefaultIfEmpty(0).Min();
        foreach (var slot in _layers.SelectMany(l => l))
            slot.X -= left;
    }

    /// <summary>
    /// As near to all wishes as keeping order and distance allows, in the sense of least squares: neighbours that want to
    /// overlap are pooled and share their average wish.
    /// </summary>
    private static void Settle(List<Slot> layer, double[] wishes, double gap)
    {
        var offsets = new double[layer.Count];
        for (var i = 1; i < layer.Count; i++)
            offsets[i] = offsets[i - 1] + (layer[i - 1].Width + layer[i].Width) / 2 + gap;
        var pools = new List<(double Sum, int Count)>();
        for (var i = 0; i < layer.Count; i++)
        {
            pools.Add((wishes[i] - offsets[i], 1));
            while (pools.Count > 1 && pools[^2].Sum / pools[^2].Count > pools[^1].Sum / pools[^1].Count)
            {
                pools[^2] = (pools[^2].Sum + pools[^1].Sum, pools[^2].Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }
        }
        var slot = 0;
        foreach (var (sum, count) in pools)
        {
            for (var i = 0; i < count; i++, slot++)
                layer[slot].X = sum / count + offsets[slot];
        }
    }
}
