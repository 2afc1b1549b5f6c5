namespace BizQ.Core.Triggers;

/// <summary>What can happen inside BizQ that starts an agent.</summary>
public static class EventNames
{
    public const string EntityChanged = "entity.changed";
    public const string DocumentArrived = "document.arrived";
    public const string RunFailed = "run.failed";
    public const string ApprovalDecided = "approval.decided";

    public static readonly IReadOnlyList<string> All = [EntityChanged, DocumentArrived, RunFailed, ApprovalDecided];
}
