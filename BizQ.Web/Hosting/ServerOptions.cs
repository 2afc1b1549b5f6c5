using System.Net;

namespace BizQ.Web.Hosting;

/// <summary>How the server meets the network.</summary>
public sealed record ServerOptions
{
    public const string Section = "Server";

    /// <summary>Addresses (10.0.0.7) or networks (10.0.0.0/8) whose X-Forwarded-For and -Proto are believed. Empty: nobody's.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    public static IEnumerable<string> ProblemsOf(ServerOptions options) => options.TrustedProxies
        .Where(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
        .Select(proxy => $"Server:TrustedProxies holds \"{proxy}\". Allowed are addresses such as 10.0.0.7 and networks such as 10.0.0.0/8.");
}
