namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>Some of a long row of numbers, the others being zero; indexes ascend.</summary>
public readonly record struct SparseVector(int[] Indexes, float[] Values)
{
    public float Dot(SparseVector other)
    {
        float sum = 0;
        for (int i = 0, j = 0; i < Indexes.Length && j < other.Indexes.Length;)
        {
            if (Indexes[i] == other.Indexes[j])
                sum += Values[i++] * other.Values[j++];
            else if (Indexes[i] < other.Indexes[j])
                i++;
            else
                j++;
        }
        return sum;
    }
}
