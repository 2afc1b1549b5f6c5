using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Runtime.Turns;

/// <summary>Whose a run is: enough to sort a crowd of runs without reading what each has recorded.</summary>
/// <param name="Held">Its agent is paused, so it is nobody's turn.</param>
public sealed record RunPlace(Guid WorkspaceId, Guid AgentId, Guid VersionId, int? MostOfWorkspace, bool Held)
{
    public static RunPlace Of(Run run, Workspace workspace, bool held) =>
        new(run.WorkspaceId, run.AgentId, run.AgentVersionId, WorkspaceLimits.Of(workspace.Settings).RunsInFlight, held);
}

/// <summary>Where runs queue: those of one agent behind each other, with how many of it and of its workspace may be under way here.</summary>
public sealed record QueuePlace(Guid WorkspaceId, Guid AgentId, int MostOfWorkspace, int MostOfAgent);
