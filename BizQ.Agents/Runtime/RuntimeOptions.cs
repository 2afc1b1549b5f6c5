namespace BizQ.Agents.Runtime;

/// <summary>Section <c>Runtime</c> of the configuration.</summary>
public sealed record RuntimeOptions
{
    public const string Section = "Runtime";

    /// <summary>Runs worked on at the same time in this process; further ones wait their turn. A run that waits for a person counts for nothing.</summary>
    public int RunsInFlight { get; init; } = 200;

    /// <summary>How often runs that nobody works on are looked for.</summary>
    public int SweepSeconds { get; init; } = 10;
}
