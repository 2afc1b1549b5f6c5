namespace BizQ.Agents.Functions;

/// <summary>Section <c>Functions</c> of the configuration.</summary>
public sealed record FunctionOptions
{
    public const string Section = "Functions";

    /// <summary>Worker processes that run user functions at the same time; 0 for as many as there are processors, from two to four.</summary>
    public int Workers { get; init; }

    /// <summary>Calls that may wait for a worker; further ones are told to come again.</summary>
    public int Waiting { get; init; } = 1_000;

    /// <summary>A worker nobody needed for this long ends and gives its memory back.</summary>
    public int IdleSeconds { get; init; } = 300;

    /// <summary>Refuse to run functions where the operating system cannot hold every wall; otherwise that is only said in the log.</summary>
    public bool OnlyConfined { get; init; }

    internal int AtOnce => Workers > 0 ? Workers : Math.Clamp(Environment.ProcessorCount, 2, 4);
}
