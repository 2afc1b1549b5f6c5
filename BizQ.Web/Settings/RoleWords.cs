using BizQ.Core.Workspaces;

namespace BizQ.Web.Settings;

/// <summary>What each role and permission means, for people.</summary>
public static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.Viewer => "Looks at everything, changes nothing.",
        Role.Approver => "Looks at everything and decides approvals.",
        Role.Builder => "Builds agents, changes what the business knows, starts runs.",
        Role.Admin => "Everything a builder and an approver may, and the settings.",
        _ => "Everything, including making owners and opening workspaces.",
    };

    public static (string Title, string About) Of(Permission permission) => permission switch
    {
        Permission.View => ("Read", "See context, agents, runs, mail and approvals"),
        Permission.EditContext => ("Write context", "Add and change entities and documents"),
        Permission.BuildAgents => ("Build agents", "Create agents and save versions"),
        Permission.StartRuns => ("Start work", "Start runs and hand in mail"),
        Permission.Decide => ("Decide approvals", "Approve, edit and reject on behalf of whoever holds the key"),
        Permission.Administer => ("Administer", "List and revoke keys, change settings"),
        _ => ("Own", "Own the workspace"),
    };
}
