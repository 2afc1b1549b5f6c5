using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Agents;

/// <summary>Agents over the API: made, changed, rolled back, run.</summary>
public sealed class AgentsApiTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task An_agent_is_made_changed_and_rolled_back_and_every_version_stays(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        using var api = await host.Client(await host.NewWorkspace());

        using var made = await Send(api, HttpMethod.Post, "/api/v1/agents", Definitions.Desk);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var agent = await Body(made);
        var at = $"/api/v1/agents/{agent.GetProperty("id").GetString()}";
        Assert.Equal(at, made.Headers.Location?.ToString());
        var first = made.Headers.ETag!;

        var changed = Definitions.Desk.Replace("Answers questions", "Still answers questions", StringComparison.Ordinal);
        using var second = await Send(api, HttpMethod.Post, at + "/versions?note=friendlier", changed, first);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(at + "/versions/2", second.Headers.Location?.ToString());

        using var late = await Send(api, HttpMethod.Put, at, Definitions.Desk.Replace("Answers", "Never answers", StringComparison.Ordinal), first);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Equal("agentChanged", (await Body(late)).GetProperty("code").GetString());

        using var again = await Send(api, HttpMethod.Put, at, changed, second.Headers.ETag);
        Assert.Equal(2, (await Body(again)).GetProperty("versionNumber").GetInt32());

        using var back = await Send(api, HttpMethod.Post, at + "/rollback", """{ "version": 1 }""");
        Assert.Equal(1, (await Body(back)).GetProperty("versionNumber").GetInt32());
        var read = await api.GetFromJsonAsync<JsonElement>(at, _cancel);
        Assert.Equal("Answers questions about orders.", read.GetProperty("purpose").GetString());
        Assert.Equal("Answers questions about orders.", read.GetProperty("definition").GetProperty("purpose").GetString());

        using var third = await Send(api, HttpMethod.Put, at, changed.Replace("Still", "Again", StringComparison.Ordinal));
        Assert.Equal(3, (await Body(third)).GetProperty("versionNumber").GetInt32());
        var versions = (await api.GetFromJsonAsync<JsonElement>(at + "/versions", _cancel)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([3, 2, 1], versions.Select(v => v.GetProperty("number").GetInt32()));
        Assert.Equal("friendlier", versions[1].GetProperty("note").GetString());
        var old = await api.GetFromJsonAsync<JsonElement>(at + "/versions/2", _cancel);
        Assert.Equal("Still answers questions about orders.", old.GetProperty("definition").GetProperty("purpose").GetString());
    }

    [Fact]
    public async Task A_bad_definition_is_a_problem_document_with_every_place()
    {
        await using var host = await TestHost.Start();
        using var api = await host.Client(await host.NewWorkspace());
        var bad = Definitions.Desk
            .Replace("\"limit\": 3", "\"limit\": 99", StringComparison.Ordinal)
            .Replace("\"kind\": \"branch\"", "\"kind\": \"brunch\"", StringComparison.Ordinal)
            .Replace("""{ "from": "send", "to": "done" }""", """{ "from": "send", "to": "lookup" }, { "from": "nobody", "to": "done" }""", StringComparison.Ordinal);

        using var answer = await Send(api, HttpMethod.Post, "/api/v1/agents", bad);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await Body(answer);
        Assert.Equal("badDefinition", problem.GetProperty("code").GetString());
        var pointers = problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()).ToList();
        Assert.Superset(new HashSet<string?> { "/nodes/2/settings/limit", "/nodes/3/kind", "/edges/6", "/edges/7/from" }, pointers.ToHashSet());

        using var broken = await Send(api, HttpMethod.Post, "/api/v1/agents", """{ "format": 1, """);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.DoesNotContain("   at ", await broken.Content.ReadAsStringAsync(_cancel), StringComparison.Ordinal);
        Assert.Empty((await api.GetFromJsonAsync<JsonElement>("/api/v1/agents", _cancel)).GetProperty("items").EnumerateArray());
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Another_workspaces_agent_answers_as_one_that_never_was(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        using var mine = await host.Client(await host.NewWorkspace("Mine"));
        using var theirs = await host.Client(await host.NewWorkspace("Theirs"));
        using var made = await Send(theirs, HttpMethod.Post, "/api/v1/agents", Definitions.Desk);
        var foreign = (await Body(made)).GetProperty("id").GetGuid();
        var unknown = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

        foreach (var (method, path, body) in new (HttpMethod, string, string?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Get, "/status", null), (HttpMethod.Get, "/versions", null), (HttpMethod.Get, "/versions/1", null),
            (HttpMethod.Put, "", Definitions.Desk), (HttpMethod.Post, "/versions", Definitions.Desk), (HttpMethod.Post, "/rollback", "{}"),
            (HttpMethod.Post, "/pause", null), (HttpMethod.Post, "/resume", null), (HttpMethod.Post, "/runs", "{}"),
        })
        {
            using var one = await Send(mine, method, $"/api/v1/agents/{foreign}{path}", body);
            using var other = await Send(mine, method, $"/api/v1/agents/{unknown}{path}", body);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, one.StatusCode));
            Assert.Equal(await Said(other), await Said(one));
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Waiting_for_a_run_answers_with_its_end_or_with_the_question_it_asks(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var actor = await host.NewWorkspace();
        using var api = await host.Client(actor);
        using var quick = await Send(api, HttpMethod.Post, "/api/v1/agents", Definitions.Echo);
        using var run = await Send(api, HttpMethod.Post, $"/api/v1/agents/{(await Body(quick)).GetProperty("id").GetString()}/runs?wait=60s", """{ "input": { "say": "hello" } }""");
        Assert.Equal(HttpStatusCode.OK, run.StatusCode);
        var ended = await Body(run);
        Assert.Equal("succeeded", ended.GetProperty("status").GetString());
        Assert.Equal("HELLO", ended.GetProperty("output").GetProperty("said").GetString());

        using var desk = await Send(api, HttpMethod.Post, "/api/v1/agents", Definitions.Desk);
        var at = $"/api/v1/agents/{(await Body(desk)).GetProperty("id").GetString()}";
        using var asked = await Send(api, HttpMethod.Post, at + "/runs?wait=60s", Definitions.Mail);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var waiting = await Body(asked);
        Assert.Equal("waitingForApproval", waiting.GetProperty("status").GetString());
        Assert.Equal("My order", waiting.GetProperty("title").GetString());
        Assert.Equal($"/api/v1/runs/{waiting.GetProperty("id").GetString()}", asked.Headers.Location?.ToString());
        await host.Until(actor.WorkspaceId, db => db.Approvals.AsNoTracking().FirstOrDefaultAsync(a => a.State == ApprovalState.Open), "an approval");
        var status = await api.GetFromJsonAsync<JsonElement>(at + "/status", _cancel);
        Assert.Equal((1, 1), (status.GetProperty("runs").GetInt32(), status.GetProperty("waitingApprovals").GetInt32()));
        Assert.Equal("waitingForApproval", status.GetProperty("lastRunStatus").GetString());
    }

    [Fact]
    public async Task The_same_key_starts_one_run_and_a_wrong_wait_or_a_paused_agent_none()
    {
        await using var host = await TestHost.Start();
        using var api = await host.Client(await host.NewWorkspace());
        using var made = await Send(api, HttpMethod.Post, "/api/v1/agents", Definitions.Echo);
        var at = $"/api/v1/agents/{(await Body(made)).GetProperty("id").GetString()}";
        api.DefaultRequestHeaders.Add("Idempotency-Key", "order-7");
        var ids = new HashSet<string?>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            using var started = await Send(api, HttpMethod.Post, at + "/runs", null);
            Assert.Contains(started.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.OK });
            ids.Add((await Body(started)).GetProperty("id").GetString());
        }
        Assert.Single(ids);

        using var wrong = await Send(api, HttpMethod.Post, at + "/runs?wait=forever", "{}");
        Assert.Equal("badWait", (await Body(wrong)).GetProperty("code").GetString());
        (await api.PostAsync(at + "/pause", null, _cancel)).EnsureSuccessStatusCode();
        api.DefaultRequestHeaders.Remove("Idempotency-Key");
        using var paused = await Send(api, HttpMethod.Post, at + "/runs", "{}");
        Assert.Equal("agentPaused", (await Body(paused)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Who_may_only_look_changes_nothing()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        using var builder = await host.Client(owner);
        using var made = await Send(builder, HttpMethod.Post, "/api/v1/agents", Definitions.Echo);
        var at = $"/api/v1/agents/{(await Body(made)).GetProperty("id").GetString()}";
        using var viewer = await host.Client(await host.NewPerson(owner.WorkspaceId, Role.Viewer));
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(at, _cancel)).StatusCode);
        foreach (var (method, path) in new[] { (HttpMethod.Put, at), (HttpMethod.Post, at + "/versions"), (HttpMethod.Post, at + "/rollback"), (HttpMethod.Post, at + "/pause"), (HttpMethod.Post, at + "/runs"), (HttpMethod.Post, "/api/v1/agents") })
        {
            using var refused = await Send(viewer, method, path, path.EndsWith("rollback", StringComparison.Ordinal) ? "{}" : Definitions.Echo);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> Send(HttpClient api, HttpMethod method, string path, string? body, EntityTagHeaderValue? match = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (match is not null)
            request.Headers.IfMatch.Add(match);
        return await api.SendAsync(request, _cancel);
    }

    private async Task<JsonElement> Body(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync(_cancel));

    private async Task<string?> Said(HttpResponseMessage answer) => (await Body(answer)).GetProperty("detail").GetString();
}
