using System.Security.Cryptography;
using System.Text;

namespace BizQ.Core.Effects;

/// <summary>What an approval binds to: exactly this operation with exactly these arguments.</summary>
public static class EffectHash
{
    /// <summary>Lower-case hex SHA-256 over the operation's name, a line feed, and the canonical arguments.</summary>
    public static string Of(string operation, string canonicalArguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{operation}\n{canonicalArguments}")));
}
