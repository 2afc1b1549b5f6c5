using System.Security.Cryptography;

namespace BizQ.Web.Controls;

/// <summary>Ties what a person saw to the line in the log.</summary>
public static class Reference
{
    /// <summary>Such as "E-7F3A-9C21": 32 random bits are enough to find one line.</summary>
    public static string New()
    {
        var digits = RandomNumberGenerator.GetHexString(8);
        return $"E-{digits[..4]}-{digits[4..]}";
    }
}
