using System.Security.Claims;
using BizQ.Core.Workspaces;

namespace BizQ.Web.Account;

/// <summary>How an <see cref="Actor"/> travels in a signed-in principal: from a cookie or an API key, the same claims.</summary>
public static class ActorClaims
{
    private const string Workspace = "bizq:workspace";
    private const string Kind = "bizq:kind";
    private const string Permissions = "bizq:permissions";
    private const string Stamp = "bizq:stamp";

    public static IEnumerable<Claim> ToClaims(this Actor actor) =>
    [
        new(ClaimTypes.NameIdentifier, actor.Id?.ToString() ?? ""),
        new(ClaimTypes.Name, actor.Name),
        new(Workspace, actor.WorkspaceId.ToString()),
        new(Kind, actor.Kind.ToString()),
        new(Permissions, string.Join(' ', actor.Permissions.Order())),
    ];

    /// <summary>A signed-in person: the actor, and the stamp that a changed password makes stale.</summary>
    public static ClaimsPrincipal ToPrincipal(this Seat seat, string scheme) =>
        new(new ClaimsIdentity([.. seat.Actor.ToClaims(), new Claim(Stamp, seat.Stamp)], scheme));

    /// <summary>The actor of a signed-in principal; null when nobody is signed in to a workspace.</summary>
    public static Actor? ToActor(this ClaimsPrincipal principal) =>
        principal.Identity?.IsAuthenticated == true && Guid.TryParse(principal.FindFirstValue(Workspace), out var workspace)
            ? new Actor(
                workspace,
                Enum.Parse<ActorKind>(principal.FindFirstValue(Kind) ?? nameof(ActorKind.Person)),
                Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null,
                principal.FindFirstValue(ClaimTypes.Name) ?? "",
                (principal.FindFirstValue(Permissions) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Permission>).ToHashSet())
            : null;

    /// <summary>Null when the principal still says what is true; otherwise what it should say, or an anonymous one.</summary>
    public static async Task<ClaimsPrincipal?> Renewed(this ClaimsPrincipal principal, FindSeat seats, CancellationToken cancel)
    {
        if (principal.ToActor() is not { Kind: ActorKind.Person, Id: { } person } actor
            || await seats.Run(person, actor.WorkspaceId, cancel) is not { } seat
            || principal.FindFirstValue(Stamp) != seat.Stamp)
            return new ClaimsPrincipal(new ClaimsIdentity());
        return actor.Name == seat.PersonName && actor.Permissions.SetEquals(seat.Actor.Permissions)
            ? null
            : seat.ToPrincipal(principal.Identity!.AuthenticationType!);
    }
}
