using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace BizQ.Core.Context;

/// <summary>
/// The directions in which texts differ most: the right singular vectors of the matrix texts × words, found by the randomised
/// method of N. Halko, P. G. Martinsson and J. A. Tropp, "Finding structure with randomness" (2011), which passes over the
/// texts a few times instead of taking the matrix apart. Pure.
/// </summary>
internal static class PrincipalAxes
{
    /// <summary>Looked at beyond those wanted, so that the last wanted ones come out right.</summary>
    private const int Spare = 10;

    /// <summary>Passes that sharpen the random guess.</summary>
    private const int Rounds = 2;

    /// <summary>Squares of singular values below this part of the largest are noise.</summary>
    private const double Noise = 1e-9;

    /// <returns>For each word its place on every axis.</returns>
    public static float[][] Of(IReadOnlyList<SparseText> texts, int words, int wanted, CancellationToken cancel)
    {
        var width = Math.Min(wanted + Spare, Math.Min(texts.Count, words));
        var byText = Times(texts, Guess(words, width), width);
        for (var round = 0; round < Rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var byWord = Back(texts, Upright(byText, width), words, width);
            byText = Times(texts, Upright(byWord, width), width);
        }
        cancel.ThrowIfCancellationRequested();
        return Upright(Back(texts, Upright(byText, width), words, width), Math.Min(wanted, width));
    }

#pragma warning disable CA5394 // Not a secret: the guess must be the same each time.
    private static float[][] Guess(int rows, int width)
    {
        var random = new Random(7);
        // The sum of twelve even numbers is as good as normal here.
        return Filled(rows, width, () => (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6));
    }
#pragma warning restore CA5394

    private static float[][] Filled(int rows, int width, Func<float> next)
    {
        var matrix = Zeros(rows, width);
        foreach (var row in matrix)
        {
            for (var i = 0; i < width; i++)
                row[i] = next();
        }
        return matrix;
    }

    private static float[][] Times(IReadOnlyList<SparseText> texts, float[][] byWord, int width)
    {
        var product = Zeros(texts.Count, width);
        for (var text = 0; text < texts.Count; text++)
        {
            var (words, values) = texts[text];
            for (var i = 0; i < words.Length; i++)
                TensorPrimitives.MultiplyAdd(byWord[words[i]], values[i], product[text], product[text]);
        }
        return product;
    }

    private static float[][] Back(IReadOnlyList<SparseText> texts, float[][] byText, int words, int width)
    {
        var product = Zeros(words, width);
        for (var text = 0; text < texts.Count; text++)
        {
            var (numbers, values) = texts[text];
            for (var i = 0; i < numbers.Length; i++)
                TensorPrimitives.MultiplyAdd(byText[text], values[i], product[numbers[i]], product[numbers[i]]);
        }
        return product;
    }

    /// <summary>The same columns turned to stand upright on each other, each one long, the strongest first, as many as are kept.</summary>
    private static float[][] Upright(float[][] matrix, int kept)
    {
        var width = matrix[0].Length;
        var squares = new double[width, width];
        foreach (var row in matrix)
        {
            for (var i = 0; i < width; i++)
            {
                double left = row[i];
                for (var j = i; j < width; j++)
                    squares[i, j] += left * row[j];
            }
        }
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j < i; j++)
                squares[i, j] = squares[j, i];
        }
        var parts = Matrix<double>.Build.DenseOfArray(squares).Evd(Symmetricity.Symmetric);
        var order = Enumerable.Range(0, width).OrderByDescending(i => parts.EigenValues[i].Real).Take(kept).ToList();
        var strongest = parts.EigenValues[order[0]].Real;
        // Row by row of the turn, so that a row of the product is a sum of rows.
        var turn = Zeros(width, kept);
        for (var column = 0; column < kept; column++)
        {
            var square = parts.EigenValues[order[column]].Real;
            if (square <= strongest * Noise)
                continue;
            var length = Math.Sqrt(square);
            for (var i = 0; i < width; i++)
                turn[i][column] = (float)(parts.EigenVectors[i, order[column]] / length);
        }
        var upright = Zeros(matrix.Length, kept);
        for (var row = 0; row < matrix.Length; row++)
        {
            for (var i = 0; i < width; i++)
                TensorPrimitives.MultiplyAdd(turn[i], matrix[row][i], upright[row], upright[row]);
        }
        return upright;
    }

    private static float[][] Zeros(int rows, int width)
    {
        var zeros = new float[rows][];
        for (var row = 0; row < rows; row++)
            zeros[row] = new float[width];
        return zeros;
    }
}
