namespace BizQ.Bench;

/// <summary>Something that can be measured: one sealed class in one file, found by itself.</summary>
public abstract class Measure
{
    /// <summary>What it is asked for by on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line on what it measures.</summary>
    public abstract string About { get; }

    public abstract Task Run(Measuring measuring, CancellationToken cancel);
}

/// <summary>How fast something is: <c>./dev bench NAME</c>.</summary>
public abstract class Benchmark : Measure;

/// <summary>How good something is on data: <c>./dev eval NAME --data DIR</c>.</summary>
public abstract class Evaluation : Measure;
