namespace BizQ.Bench;

/// <summary>Something that can be measured: one sealed type in one file, found by itself.</summary>
public interface IMeasure
{
    /// <summary>What it is asked for by on the command line.</summary>
    string Name { get; }

    /// <summary>One line on what it measures.</summary>
    string About { get; }

    Task Run(Measuring measuring, CancellationToken cancel);
}

/// <summary>How fast something is: <c>./dev bench NAME</c>.</summary>
public interface IBenchmark : IMeasure;

/// <summary>How good something is on data: <c>./dev eval NAME --data DIR</c>.</summary>
public interface IEvaluation : IMeasure;
