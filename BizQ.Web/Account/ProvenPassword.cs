using Microsoft.AspNetCore.DataProtection;

namespace BizQ.Web.Account;

/// <summary>
/// Carries the one-time password just typed from the sign-in form to the form that replaces it: encrypted, for ten minutes,
/// in a hidden field that only that page has.
/// </summary>
public sealed class ProvenPassword(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("BizQ.ProvenPassword").ToTimeLimitedDataProtector();

    public string Seal(Guid personId, string password) => _protector.Protect($"{personId:N}{password}", Lasts);

    /// <summary>Null when it was not made here, or too long ago.</summary>
    public (Guid PersonId, string Password)? Open(string? sealedText)
    {
        try
        {
            var text = _protector.Unprotect(sealedText ?? "");
            return (Guid.ParseExact(text[..32], "N"), text[32..]);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
