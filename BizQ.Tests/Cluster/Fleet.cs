using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Cluster;

/// <summary>One business whose BizQ is several processes on a database server of its own, reached over HTTP alone.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = Eventually.Bound };
    private string _connectionString = "";

    public PostgresServer Server { get; private set; } = null!;

    public BizQDatabase Database { get; private set; } = null!;

    public Actor Owner { get; private set; } = null!;

    public static async Task<Fleet> Found()
    {
        var fleet = new Fleet { Server = await PostgresServer.Own() };
        fleet._connectionString = await fleet.Server.NewDatabase();
        fleet.Database = new BizQDatabase(fleet._connectionString, fleet._folder.Path, new ChangeFeed());
        await new MigrateDatabase(fleet.Database).Run(TimeProvider.System, CancellationToken.None);
        var ids = new Ids(TimeProvider.System);
        fleet.Owner = await Kit.Workspaces.Make(fleet.Database, ids, TimeProvider.System, "Fleet");
        fleet._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await ApiKeys.Make(fleet.Database, ids, TimeProvider.System, fleet.Owner));
        return fleet;
    }

    /// <summary>A node with a data folder of its own, as on a machine of its own.</summary>
    public BizQProcess Launch(int node, params (string Key, string Value)[] settings) => BizQProcess.Launch(
        Directory.CreateDirectory(_folder.File($"node-{node}")).FullName,
        _connectionString,
        [
            ("Cluster:Mode", "Postgres"), ("Cluster:Address", "127.0.0.1"), ("Cluster:Port", $"{FreePort.Next()}"), ("Mail:Smtp:Host", "127.0.0.1"), ("Mail:Smtp:Tls", "None"),
            ("RateLimits:PerKeyAndMinute", "1000000"), ("Logging:LogLevel:Default", "Warning"), .. settings,
        ]);

    public async Task<string> Save(BizQProcess node, string definition)
    {
        using var content = new StringContent(definition, Encoding.UTF8, "application/json");
        return (await Post(node, "agents", content)).GetProperty("id").GetString()!;
    }

    /// <summary>Null when no good answer came: it may have been taken all the same.</summary>
    public async Task<Guid?> TryStart(BizQProcess node, string agent, string key, object input)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, $"/api/v1/agents/{agent}/runs")) { Content = JsonContent.Create(new { input }) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.False((int)answer.StatusCode is >= 400 and < 500, $"{key}: {answer.StatusCode}");
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid() : null;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<JsonElement> Post(BizQProcess node, string path, HttpContent content)
    {
        using var answer = await _http.PostAsync(new Uri(node.Address, $"/api/v1/{path}"), content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Other processes commit, so there is nothing here that could wake this up.</summary>
    public async Task<TimeSpan> Until(Func<BizQDb, Task<bool>> look, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using (var db = Database.Open(Owner.WorkspaceId))
            {
                if (await look(db))
                    return TimeProvider.System.GetElapsedTime(since);
            }
            if (TimeProvider.System.GetElapsedTime(since) > Eventually.Bound)
                throw new TimeoutException($"Waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
