using System.Net;
using System.Text;
using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Triggers;

/// <summary>A host with an agent that waits for a webhook called "in", and a sender who knows what it was told.</summary>
internal sealed class HookDesk : IAsyncDisposable
{
    private readonly Stage _stage;

    private HookDesk(Stage stage, Agent agent) => (_stage, Agent, Client) = (stage, agent, stage.Host.Client());

    public Agent Agent { get; }

    /// <summary>Somebody without an API key.</summary>
    public HttpClient Client { get; }

    public TestHost Host => _stage.Host;

    public Actor Owner => _stage.Owner;

    public static async Task<HookDesk> Start(HookAuth auth, Engine engine = Engine.Sqlite, TimeProvider? clock = null)
    {
        var stage = await Stage.Set(engine, new Script(), clock);
        var definition = Graphs.Definition("start:trigger", "") with { Triggers = [new TriggerDefinition("in", "webhook") { Auth = auth }] };
        return new HookDesk(stage, await stage.Agent(definition));
    }

    public async Task<MadeHook> Make() =>
        (await Host.Get<MakeHook>().Run(Owner, Agent.Id, "in", TestContext.Current.CancellationToken)).Value;

    public Task<(HttpStatusCode Status, JsonElement Body)> Send(string path, string body = "{}", string type = "application/json", params (string Name, string Value)[] headers) =>
        Send(path, Encoding.UTF8.GetBytes(body), type, headers);

    public async Task<(HttpStatusCode Status, JsonElement Body)> Send(string path, byte[] body, string type, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{path}") { Content = new ByteArrayContent(body) };
        if (type.Length > 0)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The headers of a request that is signed at a time of the host's clock, moved by so many seconds.</summary>
    public (string, string)[] Signed(MadeHook made, string body = "{}", int seconds = 0)
    {
        var at = Host.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;
        return [(HookSecrets.TimestampHeader, $"{at}"), (HookSecrets.SignatureHeader, HookSecrets.Sign(made.Key!, at, Encoding.UTF8.GetBytes(body)))];
    }

    public async Task<List<Run>> Runs()
    {
        await using var db = Host.Database.Open(Owner.WorkspaceId);
        return await db.Runs.AsNoTracking().OrderBy(r => r.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();
}
