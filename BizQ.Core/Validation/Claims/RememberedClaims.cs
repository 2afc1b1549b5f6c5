using Microsoft.Extensions.Caching.Memory;

namespace BizQ.Core.Validation.Claims;

/// <summary>
/// The same passages and records back one draft after the other. Reading a text takes some twenty patterns, more than all
/// other checks together, and always comes to the same claims: those of texts used lately are kept.
/// </summary>
internal static class RememberedClaims
{
    /// <summary>Of texts kept: some ten megabytes with their claims.</summary>
    private const int MostCharacters = 2_000_000;

    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(10);

    private static readonly MemoryCache Known = new(new MemoryCacheOptions { SizeLimit = MostCharacters });

    public static IReadOnlyList<Claim> OfEvidence(string text, DateOnly today)
    {
        if (Known.TryGetValue((text, today), out IReadOnlyList<Claim>? known))
            return known!;
        var claims = ReadClaims.OfEvidence(text, today);
        Known.Set((text, today), claims, new MemoryCacheEntryOptions { Size = text.Length + 1, SlidingExpiration = Unused });
        return claims;
    }
}
