namespace BizQ.Agents.Runtime;

/// <summary>Section <c>Runtime</c> of the configuration.</summary>
public sealed record RuntimeOptions
{
    public const string Section = "Runtime";

    /// <summary>Runs worked on at the same time in this process; further ones wait their turn. A run that waits for a person counts for nothing.</summary>
    public int RunsInFlight { get; init; } = 200;

    /// <summary>The same for the runs of one workspace; 0 for as many as there is room for. A workspace may set a smaller number for itself.</summary>
    public int RunsInFlightPerWorkspace { get; init; }

    /// <summary>How often runs that nobody works on are looked for.</summary>
    public int SweepSeconds { get; init; } = 10;
}
