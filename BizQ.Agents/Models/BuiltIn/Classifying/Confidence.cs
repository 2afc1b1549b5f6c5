namespace BizQ.Agents.Models.BuiltIn.Classifying;

/// <summary>
/// How likely the best label is right, from its margin and its lead over the next one. The curve is fitted to how often the
/// classifier was right about examples it had not seen, held to a usual curve where examples are few.
/// </summary>
internal sealed class Confidence
{
    /// <summary>The usual curve: what fits a few examples of a few labels.</summary>
    private static readonly double[] s_usual = [0, 3, Steepness];
    /// <summary>How strongly the fit is held to the usual curve; about as one example does.</summary>
    private const double Hold = 1;
    private const int MaxRounds = 100;

    /// <summary>How fast a label's share falls with its distance from the best; the usual curve's slope on the lead.</summary>
    public const double Steepness = 3.5;

    /// <summary>How many texts that fit no label are reckoned with for one that fits.</summary>
    private const double StrangerWeight = 0.1;

    /// <summary>
    /// How much all texts of <c>strangers.txt</c> together weigh against the examples. On CLINC150 with ten examples a label, 0.2 tells
    /// 87 % of its strangers instead of 79 % and is unsure of 4 % more of the others; 0.5 tells 92 % and is unsure of 7 % more.
    /// </summary>
    private const double ElsewhereShare = 0.2;

    /// <summary>A dozen examples of people who all write about the matter say little about everybody else: strangers then weigh as against these many.</summary>
    private const int FewTrials = 40;

    private readonly double[] _curve;

    /// <param name="trials">Margins of examples not seen in training, with the label each bears.</param>
    /// <param name="elsewhere">Margins of texts about something else.</param>
    public Confidence(IReadOnlyList<(float[] Margins, int Label)> trials, IReadOnlyList<float[]> elsewhere)
    {
        var lessons = trials.Select(trial => new Lesson(Inputs(trial.Margins), trial.Margins.Max() == trial.Margins[trial.Label], 1)).ToList();
        // An example without its own label is a text that fits none: so the curve learns what that looks like.
        lessons.AddRange(trials.Where(trial => trial.Margins.Length > 2)
            .Select(trial => new Lesson(Inputs([.. trial.Margins.Where((_, label) => label != trial.Label)]), false, StrangerWeight)));
        // What a label claims for itself may well be its own.
        var strange = elsewhere.Where(margins => margins.Max() < 0).ToList();
        lessons.AddRange(strange.Select(margins => new Lesson(Inputs(margins), false, ElsewhereShare * Math.Max(FewTrials, trials.Count) / strange.Count)));
        _curve = Fit(lessons);
    }

    public double Of(float[] margins) => Chance(_curve, Inputs(margins));

    private static double[] Inputs(float[] margins)
    {
        var (best, next) = (float.NegativeInfinity, float.NegativeInfinity);
        foreach (var margin in margins)
            (best, next) = margin > best ? (margin, best) : (best, Math.Max(next, margin));
        return [1, best, margins.Length > 1 ? best - next : best];
    }

    private static double Chance(double[] curve, double[] inputs) => 1 / (1 + Math.Exp(-(curve[0] * inputs[0] + curve[1] * inputs[1] + curve[2] * inputs[2])));

    /// <summary>Logistic regression by Newton's method.</summary>
    private static double[] Fit(IReadOnlyList<Lesson> lessons)
    {
        var curve = (double[])s_usual.Clone();
        for (var round = 0; round < MaxRounds; round++)
        {
            var system = new double[3, 4];
            for (var a = 0; a < 3; a++)
                (system[a, a], system[a, 3]) = (Hold, Hold * (curve[a] - s_usual[a]));
            foreach (var (inputs, right, weight) in lessons)
            {
                var chance = Chance(curve, inputs);
                for (var a = 0; a < 3; a++)
                {
                    system[a, 3] += weight * (chance - (right ? 1 : 0)) * inputs[a];
                    for (var b = 0; b < 3; b++)
                        system[a, b] += weight * chance * (1 - chance) * inputs[a] * inputs[b];
                }
            }
            var moved = 0.0;
            foreach (var (a, step) in Solve(system).Index())
            {
                curve[a] -= step;
                moved += Math.Abs(step);
            }
            if (moved < 1e-6)
                break;
        }
        // A larger margin or lead never makes a label less likely, whatever a handful of examples may suggest.
        return [curve[0], Math.Max(curve[1], 0.5), Math.Max(curve[2], 0.5)];
    }

    private sealed record Lesson(double[] Inputs, bool Right, double Weight);

    private static double[] Solve(double[,] system)
    {
        for (var pivot = 0; pivot < 3; pivot++)
        {
            for (var row = 0; row < 3; row++)
            {
                if (row == pivot)
                    continue;
                var factor = system[row, pivot] / system[pivot, pivot];
                for (var column = pivot; column < 4; column++)
                    system[row, column] -= factor * system[pivot, column];
            }
        }
        return [system[0, 3] / system[0, 0], system[1, 3] / system[1, 1], system[2, 3] / system[2, 2]];
    }
}
