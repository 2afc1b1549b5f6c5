namespace BizQ.Core.Data;

/// <summary>A key that sign-ins and forms are protected with, where several nodes must know it.</summary>
public sealed class ProtectionKey
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Xml { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The mark of the data folder of the first node, so that another can tell whether it sees the same one. There is one row.</summary>
public sealed class SharedFolder
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;
    public required Guid Mark { get; init; }
}
