namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>
/// A linear support vector machine with squared hinge loss, trained by dual coordinate descent (Hsieh and others, 2008): each
/// step solves one example exactly, so there is no learning rate to choose, and the same examples give the same separator.
/// </summary>
public static class LinearSeparator
{
    private const float C = 0.5f;
    /// <summary>One label's examples stand against all others'; each of its own weighs this much more.</summary>
    private const float OwnWeight = 5f;
    private const int MaxPasses = 30;
    /// <summary>Largest step of a pass at which further ones change no decision any more.</summary>
    private const float Enough = 0.03f;

    /// <summary>Weights by feature, and last the constant.</summary>
    public static float[] Train(IReadOnlyList<SparseVector> rows, ReadOnlySpan<int> labelOf, int label, int size)
    {
        var weights = new float[size + 1];
        var alpha = new float[rows.Count];
        var lengths = rows.Select(row => row.Dot(row) + 1).ToArray();
        // Examples come sorted by label, in which order the descent crawls; any fixed shuffle will do.
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new Random(7);
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            random.Shuffle(order);
            var largest = 0f;
            foreach (var i in order)
            {
                var own = labelOf[i] == label;
                var side = own ? 1f : -1f;
                var softness = 0.5f / (own ? C * OwnWeight : C);
                var gradient = side * Margin(weights, rows[i]) - 1 + softness * alpha[i];
                if (alpha[i] == 0 && gradient >= 0)
                    continue;
                largest = Math.Max(largest, Math.Abs(gradient));
                var next = Math.Max(alpha[i] - gradient / (lengths[i] + softness), 0);
                Add(weights, rows[i], (next - alpha[i]) * side);
                alpha[i] = next;
            }
            if (largest < Enough)
                break;
        }
        return weights;
    }

    private static float Margin(float[] weights, SparseVector row)
    {
        var sum = weights[^1];
        for (var i = 0; i < row.Indexes.Length; i++)
            sum += weights[row.Indexes[i]] * row.Values[i];
        return sum;
    }

    private static void Add(float[] weights, SparseVector row, float by)
    {
        for (var i = 0; i < row.Indexes.Length; i++)
            weights[row.Indexes[i]] += by * row.Values[i];
        weights[^1] += by;
    }
}
