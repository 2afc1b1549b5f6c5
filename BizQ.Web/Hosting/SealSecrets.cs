using System.Security.Cryptography;
using BizQ.Core.Triggers;
using Microsoft.AspNetCore.DataProtection;

namespace BizQ.Web.Hosting;

/// <summary>Secrets that must be read again, under the keys that sign sign-ins too: those of the folder keys/ under Data:Path.</summary>
internal sealed class SealSecrets(IDataProtectionProvider keys) : ISealSecrets
{
    private readonly IDataProtector _protector = keys.CreateProtector("BizQ.Triggers.Hooks");

    public string Seal(string secret) => _protector.Protect(secret);

    public string? Open(string sealedSecret)
    {
        try
        {
            return _protector.Unprotect(sealedSecret);
        }
        catch (CryptographicException)
        {
            // The keys are gone, most likely with the folder they lay in: as good as no secret.
            return null;
        }
    }
}
