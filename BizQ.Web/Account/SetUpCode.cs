using System.Net;
using System.Security.Cryptography;
using System.Text;
using BizQ.Core.Workspaces.People;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace BizQ.Web.Account;

/// <summary>
/// When the server can be reached from other machines, the first visitor must know the one-time code that was written to the
/// log at start: whoever reads the log owns the machine.
/// </summary>
public sealed class SetUpCode(ILogger<SetUpCode> log)
{
    // Without letters that are mistaken for digits. 8 of 32 signs are 40 bits; set-up posts are limited to 10 a minute.
    private const string Signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    private string? _code;

    public bool Asked => _code is not null;

    public bool Fits(string? given) => _code is null || CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(_code), Encoding.UTF8.GetBytes((given ?? "").Trim().ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal)));

    public void WriteWhenStarted(WebApplication app) => app.Lifetime.ApplicationStarted.Register(() => _ = Write(app));

    private async Task Write(WebApplication app)
    {
        try
        {
            await using var scope = app.Services.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<SetUpBusiness>().IsDone(app.Lifetime.ApplicationStopping))
                return;
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            if (addresses.All(IsLoopback))
            {
                log.LogInformation("Nobody has set up this BizQ yet: open {Address}", addresses.FirstOrDefault() ?? "it in a browser");
                return;
            }
            _code = RandomNumberGenerator.GetString(Signs, 4) + "-" + RandomNumberGenerator.GetString(Signs, 4);
            log.LogWarning("Nobody has set up this BizQ yet and other machines can reach it. The set-up page asks for this one-time code: {SetUpCode}", _code);
        }
        catch (OperationCanceledException)
        {
            // Stopped while it started.
        }
    }

    private static bool IsLoopback(string address) =>
        Uri.TryCreate(address.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
        && (uri.IsLoopback || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}
