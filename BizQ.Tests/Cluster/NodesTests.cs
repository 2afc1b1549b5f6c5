using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.Keys;
using BizQ.Core.Workspaces.People;
using BizQ.Web.Account;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Cluster;

/// <summary>What is done on one node is known on the others within a second.</summary>
public sealed class NodesTests(Nodes nodes) : IClassFixture<Nodes>
{
    private const string Greeter = """
        {
          "format": 1, "name": "Greeter", "purpose": "Greets.", "triggers": [ { "id": "hand", "kind": "manual" } ],
          "nodes": [ { "id": "start", "kind": "trigger" }, { "id": "end", "kind": "output", "settings": { "value": "Hello {{ trigger.input.name }}" } } ],
          "edges": [ { "from": "start", "to": "end" } ]
        }
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Runs_go_on_wherever_there_is_room_and_their_end_is_told_everywhere() => RunsGoOnWhereverThereIsRoom(nodes);

    internal static async Task RunsGoOnWhereverThereIsRoom(Nodes nodes)
    {
        var owner = await nodes.First.NewWorkspace();
        using var first = await nodes.First.Client(owner);
        using var second = await nodes.Second.Client(owner);
        var agent = await Save(first, Greeter);

        var there = 0;
        using var listening = nodes.Second.Changes.SubscribeHere(_ => Interlocked.Increment(ref there));
        var runs = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Start(first, agent, $"Ada {i}", "?wait=30s")));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"Hello Ada {i}"), runs.Select(run => run.GetProperty("output").GetString()));
        // Nobody asked the second for anything: what it committed were runs that were placed there, and the first has heard of their ends.
        Assert.InRange(there, 1, int.MaxValue);

        using var events = await second.GetStreamAsync(new Uri($"/api/v1/runs/{(await Start(first, agent, "Eve")).GetProperty("id").GetString()}/events", UriKind.Relative), Cancel);
        using var reader = new StreamReader(events);
        Assert.Contains("Hello Eve", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_forbidden_on_one_node_is_refused_on_the_other_within_a_second()
    {
        var owner = await nodes.First.NewWorkspace();
        using var first = await nodes.First.Client(owner);
        var agent = await Save(first, Greeter);
        await using var scope = nodes.First.Services.CreateAsyncScope();
        var made = (await scope.ServiceProvider.GetRequiredService<MakeKey>().Run(owner, new MakeKeyRequest("Ends soon", [Permission.View, Permission.StartRuns]), Cancel)).Value;
        using var second = nodes.Second.Client(made.Secret);
        Assert.Equal("Hello Ada", (await Start(second, agent, "Ada", "?wait=30s")).GetProperty("output").GetString());

        await Save(first, Greeter.Replace("Hello", "Good day", StringComparison.Ordinal), agent);
        await WithinASecond(async () => (await Start(second, agent, "Ada", "?wait=30s")).GetProperty("output").GetString() == "Good day Ada", "the new version");

        (await first.PostAsync(new Uri($"/api/v1/agents/{agent}/pause", UriKind.Relative), null, Cancel)).EnsureSuccessStatusCode();
        await WithinASecond(async () => await CodeOf(second, agent) == "agentPaused", "the pause");

        await scope.ServiceProvider.GetRequiredService<RevokeKey>().Run(owner, made.Key.Id, Cancel);
        await WithinASecond(async () => await CodeOf(second, agent) == "invalidKey", "the end of the key");
    }

    [Fact]
    public async Task A_page_on_one_node_learns_within_a_second_that_the_other_has_changed_the_role_of_who_looks_at_it()
    {
        var owner = await nodes.First.NewWorkspace();
        var admin = await nodes.First.NewPerson(owner.WorkspaceId, Role.Admin, "Ada");
        await using var scope = nodes.Second.Services.CreateAsyncScope();
        var seat = await scope.ServiceProvider.GetRequiredService<FindSeat>().Run(admin.Id!.Value, admin.WorkspaceId, Cancel);
        var page = scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        ((IHostEnvironmentAuthenticationStateProvider)page).SetAuthenticationState(Task.FromResult(new AuthenticationState(seat!.ToPrincipal("test"))));
        var changed = new TaskCompletionSource<AuthenticationState>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True((await page.GetAuthenticationStateAsync()).User.ToActor()!.Can(Permission.Administer));
        page.AuthenticationStateChanged += async state => changed.TrySetResult(await state);

        await using var other = nodes.First.Services.CreateAsyncScope();
        var since = Stopwatch.GetTimestamp();
        await other.ServiceProvider.GetRequiredService<ChangeRole>().Run(owner, admin.Id.Value, Role.Viewer, Cancel);
        Assert.False((await changed.Task.WaitAsync(Kit.Eventually.Bound, Cancel)).User.ToActor()!.Can(Permission.Administer));
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Second);
    }

    /// <summary>Asked as often as answers come; nothing here could wake this up.</summary>
    private static async Task WithinASecond(Func<Task<bool>> look, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await look())
            Assert.True(Stopwatch.GetElapsedTime(since) < Second, $"{what} was not known on the other node within a second.");
    }

    private static async Task<string?> CodeOf(HttpClient api, string agent)
    {
        using var answer = await api.PostAsJsonAsync($"/api/v1/agents/{agent}/runs", new { input = new { name = "Ada" } }, Cancel);
        return answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
    }

    private static async Task<string> Save(HttpClient api, string definition, string? id = null)
    {
        using var content = new StringContent(definition, Encoding.UTF8, "application/json");
        using var saved = id is null ? await api.PostAsync("/api/v1/agents", content, Cancel) : await api.PostAsync($"/api/v1/agents/{id}/versions", content, Cancel);
        Assert.True(saved.IsSuccessStatusCode, await saved.Content.ReadAsStringAsync(Cancel));
        return id ?? (await saved.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> Start(HttpClient api, string agent, string name, string wait = "")
    {
        using var answer = await api.PostAsJsonAsync($"/api/v1/agents/{agent}/runs{wait}", new { input = new { name } }, Cancel);
        Assert.Equal(wait.Length > 0 ? HttpStatusCode.OK : HttpStatusCode.Accepted, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
