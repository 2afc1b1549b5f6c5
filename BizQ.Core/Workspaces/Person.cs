using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces;

/// <summary>Somebody who can sign in. What they may do is in their <see cref="Membership"/> of each workspace.</summary>
public sealed class Person : IdentityUser<Guid>
{
    public required string Name { get; set; }
    /// <summary>It was made by whoever added them; they choose their own at the first sign-in.</summary>
    public bool PasswordIsTemporary { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
