using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using BizQ.Core.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Cluster;

/// <summary>Single: one process, nothing listens. Postgres: several, which find each other in the database. Redis: several, which find each other in Redis.</summary>
public enum ClusterMode { Single, Postgres, Redis }

/// <summary>Section <c>Cluster</c> of the configuration: whether this process is one of several on the same database.</summary>
public sealed record ClusteringOptions
{
    public const string Section = "Cluster";

    public ClusterMode Mode { get; init; } = ClusterMode.Single;

    /// <summary>Tells clusters apart that share a Redis server; the same on every node.</summary>
    public string Name { get; init; } = "bizq";

    /// <summary>The address under which the other nodes reach this one. Empty: the first one of this machine's network.</summary>
    public string Address { get; init; } = "";

    /// <summary>The port on which the other nodes reach this one. They trust each other: it belongs into a private network.</summary>
    public int Port { get; init; } = 11111;

    /// <summary>Such as "redis:6379,password=…", for the mode Redis.</summary>
    public string Redis { get; init; } = "";

    /// <summary>
    /// A node that has not answered the others for so long is given up, and its runs go on elsewhere. Less finds a dead node sooner, and
    /// takes one for dead that only starts on a crowded machine: it then ends and begins anew.
    /// </summary>
    public int DeadAfterSeconds { get; init; } = 10;

    /// <summary>The address as a number.</summary>
    internal IPAddress IPAddress => Find(Address) ?? IPAddress.Loopback;

    internal static IPAddress? Find(string address)
    {
        if (address.Length == 0)
            return OwnAddresses().FirstOrDefault();
        if (IPAddress.TryParse(address, out var given))
            return given;
        try
        {
            return Dns.GetHostAddresses(address).OrderBy(found => found.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static IEnumerable<IPAddress> OwnAddresses() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback
        from address in network.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork
        select address.Address;
}

/// <summary>Every message names the key and what it may be.</summary>
internal sealed class ValidateClusteringOptions(IConfiguration configuration, BizQDatabase database) : IValidateOptions<ClusteringOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusteringOptions options) =>
        ProblemsOf(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;

    private IEnumerable<string> ProblemsOf(ClusteringOptions options)
    {
        if (options.Mode == ClusterMode.Single)
            yield break;
        if (database.Engine != Engine.Postgres)
            yield return $"Cluster:Mode is {options.Mode}: several nodes share one PostgreSQL database. ConnectionStrings:BizQ must be one such as \"Host=db;Database=bizq;Username=bizq\", or Cluster:Mode must be Single.";
        if (options.Mode == ClusterMode.Redis && string.IsNullOrWhiteSpace(options.Redis))
            yield return "Cluster:Mode is Redis: Cluster:Redis must say where it is, such as \"redis:6379\".";
        if (options.Port is < 1 or > 65535)
            yield return $"Cluster:Port is {options.Port}. Needed is a free port from 1 to 65535 that the other nodes can reach.";
        if (options.DeadAfterSeconds is < 3 or > 120)
            yield return $"Cluster:DeadAfterSeconds is {options.DeadAfterSeconds}. Allowed are 3 to 120.";
        if (string.IsNullOrWhiteSpace(options.Name) || options.Name.Length > 100)
            yield return "Cluster:Name must have 1 to 100 characters.";
        if (ClusteringOptions.Find(options.Address) is null)
        {
            yield return options.Address.Length == 0
                ? "Cluster:Address is empty and this machine has no address but its own loopback. Needed is the address or name under which the other nodes reach it."
                : $"Cluster:Address is \"{options.Address}\", which is no address and no name that can be looked up.";
        }
        if (configuration["Data:Archive"] is { Length: > 0 } archive && !archive.Equals("Database", StringComparison.OrdinalIgnoreCase))
            yield return $"Data:Archive is {archive}, which only one node can open. With Cluster:Mode {options.Mode} it must be Database or empty.";
    }
}
