using System.Security.Cryptography;
using System.Text;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;

namespace BizQ.Tests.Kit;

/// <summary>API keys as rows, for tests that are not about making them.</summary>
internal static class ApiKeys
{
    public static async Task<string> Make(BizQDatabase database, Ids ids, TimeProvider clock, Actor actor)
    {
        var key = $"bizq_{RandomNumberGenerator.GetHexString(40, lowercase: true)}";
        await using var db = database.Open(actor.WorkspaceId);
        db.Add(new ApiKey
        {
            Id = ids.New(),
            WorkspaceId = actor.WorkspaceId,
            Name = "Test",
            Prefix = key[..9],
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            Scopes = Json.Element(actor.Permissions),
            CreatedBy = actor.Id ?? Guid.Empty,
            CreatedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync();
        return key;
    }
}
