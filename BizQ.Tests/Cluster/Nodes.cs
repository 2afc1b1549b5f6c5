using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BizQ.Tests.Cluster;

/// <summary>Several nodes in this process on one database: what is said on one must be known on the others.</summary>
public sealed class Nodes : IAsyncLifetime
{
    private readonly List<TestHost> _hosts = [];
    private string _connectionString = "";

    /// <summary>Beyond what every node has.</summary>
    public (string Key, string Value)[] Settings { get; init; } = [];

    public Action<IServiceCollection>? More { get; init; }

    public TestHost First => _hosts[0];

    public TestHost Second => _hosts[1];

    public async ValueTask InitializeAsync()
    {
        using var nowhere = new TempFolder();
        _connectionString = await DatabaseKit.NewDatabase(Engine.Postgres, nowhere.Path);
        await Join(("Mail:Smtp:Host", "127.0.0.1"));
        await Join(("Mail:Smtp:Host", "127.0.0.1"));
    }

    public async Task<TestHost> Join(params (string Key, string Value)[] settings)
    {
        // Patient with each other: in one busy test process they all stand still together.
        (string, string)[] own =
        [
            ("Cluster:Mode", "Postgres"), ("Cluster:Address", "127.0.0.1"), ("Cluster:Port", $"{FreePort.Next()}"), ("Cluster:DeadAfterSeconds", "60"),
            .. Settings, .. settings,
        ];
        var host = await TestHost.Join(_connectionString, services =>
        {
            services.AddSingleton<IFatalErrorHandler, Survive>();
            More?.Invoke(services);
        }, own);
        _hosts.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        var database = First.Database;
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await DatabaseKit.Discard(database);
    }

    /// <summary>A node ends its process when it cannot go on; here that would end the tests.</summary>
    private sealed class Survive(ILogger<Survive> log) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender, string? context, Exception? exception) => log.LogCritical(exception, "A node would have ended: {Reason}", context);
    }
}
