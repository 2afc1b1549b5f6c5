using System.Text.Json.Serialization;

namespace BizQ.Core.Agents;

/// <summary>Context the agent cannot work without: entities of a type, with fields, no older than so many days.</summary>
/// <param name="Required">Without it no run begins; otherwise what is missing is only counted.</param>
/// <param name="Verified">Somebody must stand for it.</param>
public sealed record NeedDefinition(string Type, IReadOnlyList<string>? Fields = null, int? MaxAgeDays = null, bool Required = true, bool Verified = false);

/// <summary>Deny unless listed. Tools as "mail.send"; recipients: "sender" (who wrote in), "customers" (known ones), an address, or "@domain".</summary>
public sealed record PermissionsDefinition
{
    public IReadOnlyList<string> Tools { get; init; } = [];
    public IReadOnlyList<string> Recipients { get; init; } = ["sender"];
    /// <summary>Entity types and "document" it may read; "*" for all.</summary>
    public IReadOnlyList<string> Context { get; init; } = ["*"];
    /// <summary>Whom the agents that led here may write to, a list each: an agent that is called reaches nobody its callers may not reach. Never part of a definition.</summary>
    [JsonIgnore]
    public IReadOnlyList<IReadOnlyList<string>> RecipientsOfCallers { get; init; } = [];
}

public sealed record LimitsDefinition
{
    /// <summary>Steps one run may take before it is parked.</summary>
    public int MaxSteps { get; init; } = 200;
    /// <summary>Runs of the agent under way at the same time on all nodes together; further ones wait their turn. Null for as many as there is room for.</summary>
    public int? RunsInFlight { get; init; }
    /// <summary>The largest amount one effect may move; none given means no effect may move money.</summary>
    public Money? AmountPerEffect { get; init; }
    /// <summary>Model cost one run may cause, with all runs it has called.</summary>
    public Money? CostPerRun { get; init; }
}
