namespace BizQ.Core.Workspaces;

public enum Role { Viewer, Approver, Builder, Admin, Owner }

/// <summary>What somebody may do. A role is a set of these; an API key holds a subset of its maker's.</summary>
public enum Permission { View, EditContext, BuildAgents, StartRuns, Decide, Administer, Own }

public enum ActorKind { Person, ApiKey, Agent, System }

/// <summary>
/// Who asks, in which workspace, and what they may do. Every Core class takes the actor and asks <see cref="Lacks"/>
/// itself: a hidden button is not authorisation.
/// </summary>
public sealed record Actor(Guid WorkspaceId, ActorKind Kind, Guid? Id, string Name, IReadOnlySet<Permission> Permissions)
{
    /// <summary>Runs that led to what it does now: what an agent changes counts one further than the run it changes it in.</summary>
    public int Hops { get; init; }

    /// <summary>What an agent may read: its <c>permissions.context</c>. An agent without it reads nothing.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    public bool Can(Permission permission) => Permissions.Contains(permission);

    /// <summary>The refusal to return when the actor may not do this; null when they may.</summary>
    public Refusal? Lacks(Permission permission) => Can(permission)
        ? null
        : new Refusal(RefusalKind.Forbidden, "forbidden", $"{Name} may not {Phrase(permission)} in this workspace. Ask its owner or an admin for a role that may.");

    /// <summary>The product itself: recovery, schedules, the inbox. It may start things, never decide them.</summary>
    public static Actor System(Guid workspaceId) =>
        new(workspaceId, ActorKind.System, null, "BizQ", new HashSet<Permission> { Permission.View, Permission.StartRuns, Permission.EditContext });

    /// <summary>Roles add up: each may do what is listed for it, nothing else.</summary>
    public static IReadOnlySet<Permission> Of(Role role) => role switch
    {
        Role.Viewer => new HashSet<Permission> { Permission.View },
        Role.Approver => new HashSet<Permission> { Permission.View, Permission.Decide },
        Role.Builder => new HashSet<Permission> { Permission.View, Permission.EditContext, Permission.BuildAgents, Permission.StartRuns },
        Role.Admin => new HashSet<Permission> { Permission.View, Permission.EditContext, Permission.BuildAgents, Permission.StartRuns, Permission.Decide, Permission.Administer },
        Role.Owner => new HashSet<Permission>(Enum.GetValues<Permission>()),
        _ => new HashSet<Permission>(),
    };

    private static string Phrase(Permission permission) => permission switch
    {
        Permission.View => "look at things",
        Permission.EditContext => "change what the business knows",
        Permission.BuildAgents => "build agents",
        Permission.StartRuns => "start runs",
        Permission.Decide => "decide approvals",
        Permission.Administer => "change settings",
        _ => "do this",
    };
}
