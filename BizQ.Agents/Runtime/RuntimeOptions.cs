using System.ComponentModel.DataAnnotations;

namespace BizQ.Agents.Runtime;

/// <summary>Section <c>Runtime</c> of the configuration.</summary>
public sealed record RuntimeOptions
{
    /// <summary>Runs worked on at the same time in this process; further ones wait their turn. A run that waits for a person counts for nothing.</summary>
    [Range(1, 10_000)]
    public int RunsInFlight { get; init; } = 200;

    /// <summary>How often runs that nobody works on are looked for.</summary>
    [Range(1, 3600)]
    public int SweepSeconds { get; init; } = 10;
}
