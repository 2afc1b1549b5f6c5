using BizQ.Core.Workspaces;

namespace BizQ.Core.Triggers;

/// <summary>
/// What the broker calls the queues of a workspace. The workspace is part of the name, so that no agent can read what was meant
/// for another business; who sends to other queues or exchanges binds them to these in the broker.
/// </summary>
public static class QueueNames
{
    /// <summary>Of a message that was set aside: the name of the reason, and the sentence for people.</summary>
    public const string ReasonHeader = "bizq-reason";
    public const string DetailHeader = "bizq-detail";

    public static string Of(Workspace workspace, string queue) => $"bizq.{workspace.Slug}.{queue}";

    /// <summary>Where its bad messages go, each with the reason in a header.</summary>
    public static string ParkedOf(string name) => name + ".parked";
}
