using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.Keys;
using BizQ.Tests.Effects;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Api;

/// <summary>What holds for every route of the OpenAPI document, so also for those that are added later.</summary>
public sealed partial class EveryRouteTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_foreign_workspaces_id_is_answered_like_an_unknown_one(Engine engine)
    {
        await using var theirs = await MailAgent.Start(engine);
        await theirs.Ask();
        var mine = await theirs.Host.Client(await theirs.Host.NewWorkspace("Mine"));
        var ids = await IdsOf(theirs);
        var tried = 0;
        foreach (var route in (await Routes(mine)).Where(route => route.Path.Contains('{', StringComparison.Ordinal)))
        {
            var foreign = await Answer(mine, route, Filled(route.Path, ids), "{}");
            var unknown = await Answer(mine, route, Filled(route.Path, []), "{}");
            Assert.True((int)unknown.Status is >= 400 and < 500, $"{route} answered {unknown.Status} {unknown.Text} to an unknown id");
            Assert.True(foreign == unknown, $"{route} tells a foreign id ({foreign.Status} {foreign.Text}) from an unknown one ({unknown.Status} {unknown.Text})");
            if (route.Method == "get")
                Assert.True(unknown.Status == HttpStatusCode.NotFound, $"{route} answered {unknown.Status} to an unknown id");
            tried++;
        }
        Assert.True(tried > 15, $"only {tried} routes with ids were found");
    }

    [Fact]
    public async Task Without_a_key_or_with_a_wrong_or_revoked_one_every_route_refuses()
    {
        // Three strangers at every route are more than one address may ask in a minute.
        await using var host = await TestHost.Start(settings: ("RateLimits:PerAddressAndMinute", "10000"));
        var owner = await host.NewWorkspace();
        var revoked = await Revoked(host, owner);
        foreach (var route in await Routes(await host.Client(owner)))
        {
            foreach (var client in new[] { host.Client(), host.Client("bizq_nonsense"), host.Client(revoked) })
            {
                var answer = await Answer(client, route, Filled(route.Path, []), "{}");
                // A webhook's address is its key: one that is wrong is not there.
                Assert.True(answer.Status == (route.NeedsKey ? HttpStatusCode.Unauthorized : HttpStatusCode.NotFound), $"{route} answered {answer.Status} to somebody it does not know");
                client.Dispose();
            }
        }
    }

    [Fact]
    public async Task Broken_JSON_is_a_clear_problem_everywhere()
    {
        await using var host = await TestHost.Start();
        var client = await host.Client(await host.NewWorkspace());
        var tried = 0;
        foreach (var route in (await Routes(client)).Where(route => route is { TakesJson: true, OnlyLooks: false }))
        {
            foreach (var body in new[] { "{\"name\": ", "[[[", "\"text\"", "{\"name\":{\"deep\":[1,2]},\"scopes\":7,\"limit\":\"x\",\"agentId\":\"no\"}" })
            {
                var answer = await Answer(client, route, Filled(route.Path, []), body);
                Assert.True((int)answer.Status is >= 400 and < 500, $"{route} answered {answer.Status} {answer.Text} to {body}");
            }
            tried++;
        }
        Assert.True(tried > 5, $"only {tried} routes with a JSON body were found");
    }

    [Fact]
    public async Task Who_may_only_look_changes_nothing()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        var client = await host.Client(await host.NewPerson(owner.WorkspaceId, Role.Viewer));
        foreach (var route in (await Routes(client)).Where(route => route is { Method: not "get", OnlyLooks: false }))
        {
            var answer = await Answer(client, route, Filled(route.Path, []), "{}");
            Assert.True((int)answer.Status is >= 400 and < 500, $"{route} answered {answer.Status} {answer.Text} to a viewer");
        }
    }

    [Fact]
    public async Task A_bad_cursor_limit_or_filter_is_refused_or_bounded_on_every_list()
    {
        await using var host = await TestHost.Start();
        var client = await host.Client(await host.NewWorkspace());
        foreach (var route in (await Routes(client)).Where(route => route is { Method: "get" } && !route.Path.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var query in new[] { "?cursor=nonsense", "?limit=-5", "?limit=1000000000", "?limit=many", "?state=sleeping", "?q=%22%27%29%3B--%2A%00" })
            {
                var answer = await Answer(client, route, route.Path + query, null);
                Assert.True((int)answer.Status < 500, $"{route}{query} answered {answer.Status} {answer.Text}");
            }
        }
    }

    private async Task<string> Revoked(TestHost host, Actor owner)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var made = (await scope.ServiceProvider.GetRequiredService<MakeKey>().Run(owner, new MakeKeyRequest("Old", [Permission.View]), _cancel)).Value;
        using var client = await host.Client(owner);
        (await client.DeleteAsync($"/api/v1/settings/keys/{made.Key.Id}", _cancel)).EnsureSuccessStatusCode();
        return made.Secret;
    }

    private async Task<Dictionary<string, string>> IdsOf(MailAgent theirs)
    {
        await using var db = theirs.Host.Database.Open(theirs.Owner.WorkspaceId);
        return new()
        {
            ["agents"] = $"{await db.Agents.Select(a => a.Id).SingleAsync(_cancel)}",
            ["runs"] = $"{await db.Runs.Select(r => r.Id).SingleAsync(_cancel)}",
            ["approvals"] = $"{await db.Approvals.Select(a => a.Id).SingleAsync(_cancel)}",
            ["effects"] = $"{await db.Effects.Select(e => e.Id).SingleAsync(_cancel)}",
            ["mail"] = $"{await db.Mails.Select(m => m.Id).FirstAsync(_cancel)}",
            ["entities"] = $"{await db.Entities.Select(e => e.Id).FirstAsync(_cancel)}",
            ["keys"] = $"{await db.ApiKeys.Select(k => k.Id).FirstAsync(_cancel)}",
        };
    }

    /// <summary>The path with the id that belongs where the id stands, an unknown one when there is none.</summary>
    private static string Filled(string path, Dictionary<string, string> ids)
    {
        var owner = ids.FirstOrDefault(pair => path.Split('/').Contains(pair.Key)).Value;
        return Hole().Replace(path, hole => hole.Value switch { "{id}" => owner ?? Unknown, "{step}" or "{old}" => Unknown, "{part}" => "input", _ => "1" });
    }

    private const string Unknown = "01900000-0000-7000-8000-00000000dead";

    private async Task<Answered> Answer(HttpClient client, Route route, string address, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), address);
        if (body is not null && route.Method is not "get")
            request.Content = new StringContent(body, Encoding.UTF8, route.TakesJson || route.Body is null ? "application/json" : route.Body);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _cancel);
        if (answer.IsSuccessStatusCode)
            return new Answered(answer.StatusCode, "");
        var text = await answer.Content.ReadAsStringAsync(_cancel);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{route} answered {answer.StatusCode} without a problem document: {text}");
        var problem = JsonElement.Parse(text);
        Assert.True(problem.GetProperty("code").GetString()!.Length > 0 && problem.GetProperty("detail").GetString()!.Length > 0, $"{route}: {text}");
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        return new Answered(answer.StatusCode, TraceId().Replace(text, ""));
    }

    private async Task<List<Route>> Routes(HttpClient client)
    {
        var document = JsonElement.Parse(await client.GetStringAsync("/openapi/v1.json", _cancel));
        return [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => new Route(
            operation.Name,
            path.Name,
            operation.Value.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First().Name : null,
            operation.Value.TryGetProperty("security", out _))))];
    }

    private sealed record Route(string Method, string Path, string? Body, bool NeedsKey)
    {
        public bool TakesJson => Body == "application/json";

        /// <summary>Checking a definition answers with its problems, whatever it is given, and saves nothing.</summary>
        public bool OnlyLooks => Path == "/api/v1/agents/check";

        public override string ToString() => $"{Method} {Path}";
    }

    private sealed record Answered(HttpStatusCode Status, string Text);

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@",?""traceId"":""[^""]*""")]
    private static partial Regex TraceId();
}
