using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BizQ.Tests.Cluster;

/// <summary>Several nodes in this process on one database: what is said on one must be known on the others.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly (string Key, string Value)[] _settings;
    private readonly List<TestHost> _hosts = [];

    private Nodes(string connectionString, (string Key, string Value)[] settings) => (_connectionString, _settings) = (connectionString, settings);

    public TestHost First => _hosts[0];

    public TestHost Second => _hosts[1];

    public Actor Owner { get; private set; } = null!;

    public static async Task<Nodes> Start(params (string Key, string Value)[] settings)
    {
        using var nowhere = new TempFolder();
        var nodes = new Nodes(await DatabaseKit.NewDatabase(Engine.Postgres, nowhere.Path), settings);
        await nodes.Join();
        await nodes.Join();
        nodes.Owner = await nodes.First.NewWorkspace();
        return nodes;
    }

    public async Task<TestHost> Join()
    {
        // Patient with each other: in one busy test process they all stand still together.
        (string, string)[] own =
        [
            ("Cluster:Mode", "Postgres"), ("Cluster:Address", "127.0.0.1"), ("Cluster:Port", $"{FreePort.Next()}"), ("Cluster:DeadAfterSeconds", "60"),
            ("Mail:Smtp:Host", "127.0.0.1"), .. _settings,
        ];
        var host = await TestHost.Join(_connectionString, services => services.AddSingleton<IFatalErrorHandler, Survive>(), own);
        _hosts.Add(host);
        return host;
    }

    public async Task Leave(TestHost host)
    {
        _hosts.Remove(host);
        await host.DisposeAsync();
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
