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
