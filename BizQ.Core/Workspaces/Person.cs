using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces;

/// <summary>Somebody who can sign in. What they may do is in their <see cref="Membership"/> of each workspace.</summary>
public sealed class Person : IdentityUser<Guid>
{
    public required string Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
