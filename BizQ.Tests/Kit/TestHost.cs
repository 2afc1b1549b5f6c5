using System.Net.Http.Headers;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BizQ.Tests.Kit;

/// <summary>
/// The real BizQ in this process: the host of Program.cs on a free loopback port with its own database and data folder, so
/// that HTTP clients and Chromium can use it alike.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly WebApplication _app;
    private readonly List<HttpClient> _clients = [];
    private readonly bool _guest;

    private TestHost(TempFolder folder, WebApplication app, bool guest = false)
    {
        _folder = folder;
        _guest = guest;
        _app = app;
        Address = new Uri(app.Urls.First());
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens, such as http://127.0.0.1:40123/.</summary>
    public Uri Address { get; }

    public string DataPath => _folder.Path;

    public BizQDatabase Database => Get<BizQDatabase>();

    public ChangeFeed Changes => Get<ChangeFeed>();

    public TimeProvider Clock => Get<TimeProvider>();

    /// <param name="more">Has the last word on the services.</param>
    /// <param name="settings">Configuration, such as <c>("Mail:Smtp:Host", "127.0.0.1")</c>.</param>
    public static async Task<TestHost> Start(
        Engine engine = Engine.Sqlite, TimeProvider? clock = null, Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings)
    {
        var folder = new TempFolder();
        // The whole of BizQ's files but its database is empty, as on a new machine.
        var database = Directory.CreateDirectory(folder.File("db")).FullName;
        var app = await Build(folder.Path, await DatabaseKit.NewDatabase(engine, database), clock, more, settings);
        await app.StartAsync();
        return new TestHost(folder, app);
    }

    /// <summary>Another node on a database that is there already, with a data folder of its own; the database outlives it.</summary>
    public static async Task<TestHost> Join(string connectionString, Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings)
    {
        var folder = new TempFolder();
        var app = await Build(folder.Path, connectionString, null, more, settings);
        await app.StartAsync();
        return new TestHost(folder, app, guest: true);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A client of the API; without a key, one that has not signed in. It follows no redirects: tests want to see them.</summary>
    public HttpClient Client(string? apiKey = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        if (apiKey is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        _clients.Add(client);
        return client;
    }

    /// <summary>A client with a new key that may do all the actor may.</summary>
    public async Task<HttpClient> Client(Actor actor) => Client(await ApiKeys.Make(Database, Get<Ids>(), Clock, actor));

    /// <summary>A new workspace, and its owner as the actor.</summary>
    public Task<Actor> NewWorkspace(string name = "Test business") => Workspaces.Make(Database, Get<Ids>(), Clock, name);

    /// <summary>A person of this role in the workspace, as an actor.</summary>
    public Task<Actor> NewPerson(Guid workspaceId, Role role, string name = "Somebody") =>
        Workspaces.Join(Database, Get<Ids>(), Clock, workspaceId, role, name);

    /// <summary>Waits until what is looked up in the workspace's database is there.</summary>
    public Task<T> Until<T>(Guid workspaceId, Func<BizQDb, Task<T?>> look, string what) where T : class => Eventually.Get(
        Changes,
        workspaceId,
        async () =>
        {
            await using var db = Database.Open(workspaceId);
            return await look(db);
        },
        what);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        var database = Database;
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (!_guest)
            await DatabaseKit.Discard(database);
        _folder.Dispose();
    }

    private static Task<WebApplication> Build(
        string dataPath, string connectionString, TimeProvider? clock, Action<IServiceCollection>? more, (string Key, string Value)[] settings)
    {
        string[] args =
        [
            // Static files of a host that is not published are served in Development only.
            "--environment=Development",
            "--applicationName=BizQ.Web",
            $"--contentRoot={AppContext.BaseDirectory}",
            "--urls=http://127.0.0.1:0",
            $"--Data:Path={dataPath}",
            $"--ConnectionStrings:BizQ={connectionString}",
            // A test run's output is for what went wrong.
            "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Orleans=Error",
            // A clock that a test moves by an hour looks to it like an hour of standing still.
            "--Logging:LogLevel:Orleans.Runtime.MembershipService.LocalSiloHealthMonitor=None",
            "--Logging:LogLevel:Microsoft=Error",
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        return Program.Build(args, builder =>
        {
            if (clock is not null)
                builder.Services.RemoveAll<TimeProvider>().AddSingleton(clock);
            more?.Invoke(builder.Services);
        });
    }
}
