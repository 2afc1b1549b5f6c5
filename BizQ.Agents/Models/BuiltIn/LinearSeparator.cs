namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// A linear support vector machine with squared hinge loss, trained by dual coordinate descent (Hsieh and others, 2008): each
/// step solves one example exactly, so there is no learning rate to choose and the result is the same on every run.
/// </summary>
public static class LinearSeparator
{
    private const float C = 1f;
    private const int Passes = 20;

    public static float[] Train(IReadOnlyList<SparseVector> rows, bool[] belongs, int size)
    {
        var weights = new float[size + 1];
        var alpha = new float[rows.Count];
        const float diagonal = 0.5f / C;
        for (var pass = 0; pass < Passes; pass++)
        {
            var largest = 0f;
            for (var i = 0; i < rows.Count; i++)
            {
                var side = belongs[i] ? 1f : -1f;
                var gradient = side * Margin(weights, rows[i]) - 1 + diagonal * alpha[i];
                if (alpha[i] == 0 && gradient >= 0)
                    continue;
                largest = Math.Max(largest, Math.Abs(gradient));
                // Rows have length one, and the constant feature adds one.
                var changed = Math.Max(alpha[i] - gradient / (2 + diagonal), 0);
                Add(weights, rows[i], (changed - alpha[i]) * side);
                alpha[i] = changed;
            }
            if (largest < 0.01f)
                break;
        }
        return weights;
    }

    public static float Margin(float[] weights, SparseVector row)
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
