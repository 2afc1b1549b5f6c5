using System.Text.Json;

namespace BizQ.Core.Agents;

/// <summary>The agent as one document, format version 1.</summary>
public sealed record AgentDefinition
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string Name { get; init; }
    public required string Purpose { get; init; }
    public string Type { get; init; } = "custom";
    public IReadOnlyList<TriggerDefinition> Triggers { get; init; } = [];
    public IReadOnlyList<NeedDefinition> Needs { get; init; } = [];
    public PermissionsDefinition Permissions { get; init; } = new();
    public LimitsDefinition Limits { get; init; } = new();
    public Autonomy Autonomy { get; init; } = Autonomy.Approve;
    public IReadOnlyList<NodeDefinition> Nodes { get; init; } = [];
    public IReadOnlyList<EdgeDefinition> Edges { get; init; } = [];
}

/// <summary>Approve: every write effect asks a person. Automatic: effects the checks allow go out by themselves.</summary>
public enum Autonomy { Approve, Automatic }

/// <summary>What starts a run. <paramref name="Cron"/> (Quartz syntax, seconds first) and <paramref name="TimeZone"/> (IANA) belong to kind "schedule".</summary>
public sealed record TriggerDefinition(string Id, string Kind, string? Cron = null, string? TimeZone = null);

/// <summary>Context the agent cannot work without: entities of a type, with fields, no older than so many days.</summary>
public sealed record NeedDefinition(string Type, IReadOnlyList<string>? Fields = null, int? MaxAgeDays = null, bool Required = true);

/// <summary>Deny unless listed. Tools as "mail.send"; recipients: "sender" (who wrote in), "customers" (known ones), an address, or "@domain".</summary>
public sealed record PermissionsDefinition
{
    public IReadOnlyList<string> Tools { get; init; } = [];
    public IReadOnlyList<string> Recipients { get; init; } = ["sender"];
    /// <summary>Entity types and "document" it may read; "*" for all.</summary>
    public IReadOnlyList<string> Context { get; init; } = ["*"];
}

public sealed record LimitsDefinition
{
    /// <summary>Steps one run may take before it is parked.</summary>
    public int MaxSteps { get; init; } = 200;
    /// <summary>The largest amount one effect may move; none given means no effect may move money.</summary>
    public Money? AmountPerEffect { get; init; }
    /// <summary>Model cost one run may cause.</summary>
    public Money? CostPerRun { get; init; }
}

/// <summary>A node. What <paramref name="Settings"/> may hold is the schema of its kind.</summary>
public sealed record NodeDefinition(string Id, string Kind, string? Title = null, JsonElement? Settings = null, NodePosition? Position = null, int? TimeoutSeconds = null);

public sealed record NodePosition(double X, double Y);

/// <summary>
/// A connection. It is live when its source has completed, <paramref name="Case"/> (if given) equals the <c>case</c> in the
/// source's output, and <paramref name="When"/> (an expression, if given) is true.
/// </summary>
public sealed record EdgeDefinition(string From, string To, string? Case = null, string? When = null);
