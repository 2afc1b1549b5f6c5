using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BizQ.Core.Triggers;

/// <summary>The secrets of webhooks and what is computed from them.</summary>
public static class HookSecrets
{
    /// <summary>Seconds since 1970 in UTC at which the request was signed.</summary>
    public const string TimestampHeader = "BizQ-Timestamp";

    /// <summary>"v1=" and the lower-case hex HMAC-SHA256 of the timestamp, a dot and the body, under the secret.</summary>
    public const string SignatureHeader = "BizQ-Signature";

    /// <summary>How far the clocks of sender and receiver may be apart, and how long a request may be on its way.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const string Version = "v1=";

    /// <summary>256 random bits: nobody guesses them.</summary>
    private const int Bytes = 32;

    public static string NewPath() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The start tells people, and scanners for leaked secrets, what it is.</summary>
    public static string NewKey() => "bizq_hook_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The signature header's value.</summary>
    public static string Sign(string key, long timestamp, ReadOnlySpan<byte> body) => Version + Convert.ToHexStringLower(Compute(key, timestamp, body));

    /// <summary>In a time that does not depend on how much of it is right.</summary>
    public static bool IsRight(string key, string? timestamp, string? signature, ReadOnlySpan<byte> body)
    {
        var seconds = SecondsOf(timestamp);
        var expected = Compute(key, seconds ?? 0, body);
        Span<byte> given = stackalloc byte[expected.Length];
        var hex = signature.AsSpan().Trim();
        if (hex.StartsWith(Version))
            hex = hex[Version.Length..];
        var readable = hex.Length == 2 * given.Length
            && Convert.FromHexString(hex, given, out _, out var written) == System.Buffers.OperationStatus.Done && written == given.Length;
        return CryptographicOperations.FixedTimeEquals(expected, given) & readable & seconds is not null;
    }

    /// <summary>Whether it was signed within the window around now.</summary>
    public static bool IsFresh(string? timestamp, DateTimeOffset now) =>
        SecondsOf(timestamp) is { } seconds && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= Window.TotalSeconds;

    private static byte[] Compute(string key, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture) + "."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }

    /// <summary>As it is written in the signed text too: no sign, no blanks, no leading zeros.</summary>
    private static long? SecondsOf(string? timestamp) =>
        timestamp is { Length: > 0 and <= 12 } && (timestamp[0] != '0' || timestamp.Length == 1)
        && long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
