namespace BizQ.Core.Workspaces;

/// <summary>
/// Says that this installation has an owner. There is one row and its key is always <see cref="OnlyId"/>: of many first
/// set-ups at once the database lets exactly one commit.
/// </summary>
public sealed class Installation
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;
    public required Guid WorkspaceId { get; init; }
    public required Guid OwnerId { get; init; }
    public required DateTimeOffset SetUpAt { get; init; }
}
