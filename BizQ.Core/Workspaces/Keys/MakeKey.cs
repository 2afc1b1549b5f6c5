using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BizQ.Core.Data;

namespace BizQ.Core.Workspaces.Keys;

/// <param name="Scopes">What the key may do: a subset of what its maker may.</param>
public sealed record MakeKeyRequest(string Name, IReadOnlyList<Permission> Scopes);

/// <summary>The one time the secret is seen.</summary>
public sealed record MadeKey(ApiKey Key, string Secret);

/// <summary>"bizq_" and 256 random bits; only their SHA-256 is kept, which is enough because nobody guesses 256 bits.</summary>
public sealed class MakeKey(BizQDatabase database, Ids ids, TimeProvider clock)
{
    public const string Start = "bizq_";

    private const int SecretBytes = 32;
    private const int LongestName = 60;

    // "bizq_" and five signs tell keys apart and give nothing away.
    private const int PrefixLength = 10;

    /// <summary>Kept as the hash of a key.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public async Task<Outcome<MadeKey>> Run(Actor actor, MakeKeyRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        var problems = Problems(actor, request).ToList();
        if (problems.Count > 0)
            return Refusal.Invalid("invalidKey", problems[0].Message, problems);
        var secret = Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var key = new ApiKey
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            Name = request.Name.Trim(),
            Prefix = secret[..PrefixLength],
            Hash = HashOf(secret),
            Scopes = Json.Element(request.Scopes.Distinct().Order()),
            CreatedBy = actor.Id ?? Guid.Empty,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var db = database.Open(actor.WorkspaceId);
        db.Add(key);
        await db.SaveChangesAsync(cancel);
        return new MadeKey(key, secret);
    }

    private static IEnumerable<Problem> Problems(Actor actor, MakeKeyRequest request)
    {
        if (actor.Kind != ActorKind.Person)
            yield return new Problem("", "Only a person can make a key: a key that makes keys could outlive its own revocation.");
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Trim().Length > LongestName)
            yield return new Problem("/name", $"Give the key a name of 1 to {LongestName} characters that says which program uses it.");
        if (request.Scopes is not { Count: > 0 })
            yield return new Problem("/scopes", "Choose at least one thing the key may do.");
        foreach (var scope in request.Scopes ?? [])
        {
            if (scope == Permission.Own || !actor.Can(scope))
                yield return new Problem("/scopes", $"A key cannot be given \"{Json.Element(scope).GetString()}\": it may do at most what you may, and never own the workspace.");
        }
    }
}
