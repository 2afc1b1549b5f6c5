using System.Net;
using System.Text;
using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Triggers;

public sealed class HookTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_hundred_duplicates_at_once_make_one_run_and_a_hundred_good_answers(Engine engine)
    {
        await using var desk = await HookDesk.Start(HookAuth.Path, engine);
        var made = await desk.Make();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => desk.Send(made.Path, """{"order":1042}""", headers: ("Idempotency-Key", "order-1042"))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        var run = Assert.Single(await desk.Runs());
        Assert.Equal(run.Id, Assert.Single(answers.Select(answer => answer.Body.GetProperty("id").GetGuid()).Distinct()));
        Assert.Equal(("webhook", "in", 1042), (run.TaskType, run.TriggerId, run.Input.GetProperty("body").GetProperty("order").GetInt32()));
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path, """{"order":1042}""")).Status);
        Assert.Equal(2, (await desk.Runs()).Count);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_hundred_times_the_same_signed_request_is_one_run_too(Engine engine)
    {
        await using var desk = await HookDesk.Start(HookAuth.Signature, engine);
        var made = await desk.Make();
        var signed = desk.Signed(made);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => desk.Send(made.Path, headers: signed)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body.GetProperty("id").GetGuid()).Distinct());
        Assert.Single(await desk.Runs());
    }

    [Fact]
    public async Task An_unknown_address_a_wrong_signature_and_a_missing_secret_get_the_same_answer()
    {
        await using var desk = await HookDesk.Start(HookAuth.Signature);
        var before = await desk.Send("nothing-made-yet");
        var made = await desk.Make();
        var right = desk.Signed(made);
        List<(HttpStatusCode Status, JsonElement Body)> refused =
        [
            before,
            await desk.Send(made.Path),
            await desk.Send(made.Path, headers: right[0]),
            await desk.Send(made.Path, headers: right[1]),
            await desk.Send(made.Path, """{"changed":true}""", headers: right),
            await desk.Send(made.Path, headers: [right[0], (HookSecrets.SignatureHeader, "v1=" + new string('0', 64))]),
            await desk.Send(made.Path, headers: [right[0], (HookSecrets.SignatureHeader, "v1=nonsense")]),
            await desk.Send(made.Path, headers: [("BizQ-Timestamp", "0" + right[0].Item2), right[1]]),
            await desk.Send(made.Path[..^1] + "x", headers: right),
            await desk.Send(new string('x', 5000), headers: right),
        ];
        foreach (var (status, body) in refused)
            Assert.Equal((HttpStatusCode.NotFound, "unknownHook", ReceiveHook.Unknown.Message), (status, body.GetProperty("code").GetString(), body.GetProperty("detail").GetString()));
        Assert.Empty(await desk.Runs());
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path, headers: right)).Status);
    }

    [Fact]
    public async Task A_signature_counts_for_five_minutes_and_for_one_piece_of_work()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var desk = await HookDesk.Start(HookAuth.Signature, clock: clock);
        var made = await desk.Make();
        foreach (var seconds in new[] { -301, 301 })
            Assert.Equal("staleSignature", (await desk.Send(made.Path, headers: desk.Signed(made, seconds: seconds))).Body.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path, headers: desk.Signed(made, seconds: -299))).Status);
        var caught = desk.Signed(made);
        var first = await desk.Send(made.Path, headers: [.. caught, ("Idempotency-Key", "mine")]);
        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal(first.Body.GetProperty("id").GetGuid(), (await desk.Send(made.Path, headers: [.. caught, ("Idempotency-Key", "mine")])).Body.GetProperty("id").GetGuid());
        foreach (var key in new (string, string)[][] { [("Idempotency-Key", "theirs")], [] })
        {
            var replay = await desk.Send(made.Path, headers: [.. caught, .. key]);
            Assert.Equal((HttpStatusCode.Conflict, "replayed"), (replay.Status, replay.Body.GetProperty("code").GetString()));
        }
        clock.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(HttpStatusCode.Unauthorized, (await desk.Send(made.Path, headers: [.. caught, ("Idempotency-Key", "mine")])).Status);
        // A sender that tries again later signs anew and keeps its key.
        Assert.Equal(first.Body.GetProperty("id").GetGuid(), (await desk.Send(made.Path, headers: [.. desk.Signed(made), ("Idempotency-Key", "mine")])).Body.GetProperty("id").GetGuid());
        Assert.Equal(2, (await desk.Runs()).Count);
    }

    [Fact]
    public async Task A_new_secret_ends_the_old_one_at_once_and_a_signed_address_stays()
    {
        await using (var desk = await HookDesk.Start(HookAuth.Path))
        {
            var (old, made) = (await desk.Make(), await desk.Make());
            Assert.Equal(HttpStatusCode.NotFound, (await desk.Send(old.Path)).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path)).Status);
        }
        await using (var desk = await HookDesk.Start(HookAuth.Signature))
        {
            var (old, made) = (await desk.Make(), await desk.Make());
            Assert.Equal(old.Path, made.Path);
            Assert.Equal(HttpStatusCode.NotFound, (await desk.Send(made.Path, headers: desk.Signed(old))).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path, headers: desk.Signed(made))).Status);
            // What the row keeps of it cannot sign.
            await using var db = desk.Host.Database.Open(desk.Owner.WorkspaceId);
            var row = await db.Hooks.AsNoTracking().SingleAsync(_cancel);
            Assert.DoesNotContain(made.Key!, row.SealedKey!, StringComparison.Ordinal);
            // A definition that asks for more than there is a secret for takes nothing.
            (await db.Hooks.SingleAsync(_cancel)).SealedKey = "nonsense";
            await db.SaveChangesAsync(_cancel);
            Assert.Equal(HttpStatusCode.NotFound, (await desk.Send(made.Path, headers: desk.Signed(made))).Status);
        }
    }

    [Fact]
    public async Task Any_body_is_read_as_what_it_is_and_a_bad_one_is_refused_with_its_reason()
    {
        await using var desk = await HookDesk.Start(HookAuth.Path);
        var path = (await desk.Make()).Path;
        Assert.Equal("""{"a":[1,{"b":null}]}""", await Taken("""{"a":[1,{"b":null}]}""", "application/json; charset=utf-8"));
        Assert.Equal("7", await Taken("7", "application/vnd.shop+json"));
        Assert.Equal("""{"x":1}""", await Taken("""{"x":1}""", ""));
        Assert.Equal("""{"name":"Ada & Co","tag":["a","b"],"empty":""}""", await Taken("name=Ada+%26+Co&tag=a&tag=b&empty", "application/x-www-form-urlencoded"));
        Assert.Equal("\"Grüße\"", await Taken("Grüße", "text/plain"));
        Assert.Equal("\"Grüße\"", await Taken(Encoding.Latin1.GetBytes("Grüße"), "text/plain; charset=iso-8859-1"));
        Assert.Equal("null", await Taken("", "text/plain"));
        Assert.Equal("""{"order":"1042"}""", await Taken("--b\r\nContent-Disposition: form-data; name=\"order\"\r\n\r\n1042\r\n--b--\r\n", "multipart/form-data; boundary=b"));

        Assert.Equal((HttpStatusCode.BadRequest, "notJson"), await Refused("{\"a\": ", "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "notJson"), await Refused("""{"a":1,"a":2}""", "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "notJson"), await Refused(new string('[', 5000), "application/json"));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "notText"), await Refused("\u00ff\u00fe\0"u8.ToArray()[1..], "image/png"));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "notText"), await Refused("text", "text/plain; charset=klingon"));
        Assert.Equal((HttpStatusCode.BadRequest, "badForm"), await Refused("--b\r\nbroken", "multipart/form-data; boundary=c"));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "filesNotTaken"), await Refused("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "bodyTooLarge"), await Refused(new byte[ReceiveHook.MostBytes + 1], "text/plain"));

        async Task<string> Taken(object body, string type)
        {
            var (status, answer) = await desk.Send(path, body as byte[] ?? Encoding.UTF8.GetBytes((string)body), type);
            Assert.True(status == HttpStatusCode.Accepted, $"{type}: {answer}");
            return Core.Json.Text((await desk.Runs()).Single(r => r.Id == answer.GetProperty("id").GetGuid()).Input.GetProperty("body"));
        }

        async Task<(HttpStatusCode, string?)> Refused(object body, string type)
        {
            var (status, answer) = await desk.Send(path, body as byte[] ?? Encoding.UTF8.GetBytes((string)body), type);
            return (status, answer.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_loop_of_webhooks_is_stopped_by_the_hop_limit()
    {
        await using var desk = await HookDesk.Start(HookAuth.Path);
        var path = (await desk.Make()).Path;
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(path, headers: (Hops.Header, "9"))).Status);
        Assert.Equal(10, Assert.Single(await desk.Runs()).Hops);
        var stopped = await desk.Send(path, headers: (Hops.Header, "10"));
        Assert.Equal((HttpStatusCode.Conflict, "hopLimit"), (stopped.Status, stopped.Body.GetProperty("code").GetString()));
        foreach (var nonsense in new[] { "-1", "many", "99999999999999999999" })
            Assert.Equal("badHops", (await desk.Send(path, headers: (Hops.Header, nonsense))).Body.GetProperty("code").GetString());
        Assert.Single(await desk.Runs());
    }

    [Fact]
    public async Task Builders_make_secrets_over_the_API_others_do_not_and_a_paused_agent_says_so()
    {
        await using var desk = await HookDesk.Start(HookAuth.Signature);
        var address = $"/api/v1/agents/{desk.Agent.Id}/triggers";
        using (var viewer = await desk.Host.Client(await desk.Host.NewPerson(desk.Owner.WorkspaceId, Role.Viewer)))
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync($"{address}/in/secret", null, _cancel)).StatusCode);
        using var builder = await desk.Host.Client(await desk.Host.NewPerson(desk.Owner.WorkspaceId, Role.Builder));
        Assert.Equal(HttpStatusCode.NotFound, (await builder.PostAsync($"{address}/out/secret", null, _cancel)).StatusCode);
        using var answer = await builder.PostAsync($"{address}/in/secret", null, _cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = JsonElement.Parse(await answer.Content.ReadAsStringAsync(_cancel));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());

        var listed = await builder.GetStringAsync(address, _cancel);
        Assert.DoesNotContain(made.GetProperty("key").GetString()!, listed, StringComparison.Ordinal);
        var line = JsonElement.Parse(listed).GetProperty("items")[0];
        Assert.Equal((made.GetProperty("url").GetString(), true), (line.GetProperty("url").GetString(), line.GetProperty("hasSecret").GetBoolean()));
        Assert.StartsWith($"{desk.Host.Address}hooks/", line.GetProperty("url").GetString(), StringComparison.Ordinal);

        (await builder.PostAsync($"/api/v1/agents/{desk.Agent.Id}/pause", null, _cancel)).EnsureSuccessStatusCode();
        var path = new Uri(line.GetProperty("url").GetString()!).Segments[^1];
        var at = desk.Host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var paused = await desk.Send(path, headers: [(HookSecrets.TimestampHeader, $"{at}"), (HookSecrets.SignatureHeader, HookSecrets.Sign(made.GetProperty("key").GetString()!, at, "{}"u8))]);
        Assert.Equal((HttpStatusCode.Conflict, "agentPaused"), (paused.Status, paused.Body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task One_address_that_sends_too_many_is_slowed_down()
    {
        await using var host = await TestHost.Start(settings: ("RateLimits:PerHookAddressAndMinute", "60"));
        using var client = host.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 70).Select(_ => client.PostAsync("/hooks/guess", null, _cancel)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null);
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Neither_the_log_nor_the_database_holds_a_secret_address()
    {
        using var folder = new TempFolder();
        string path;
        await using (var desk = await HookDesk.Start(HookAuth.Path))
        {
            path = (await desk.Make()).Path;
            await desk.Send(path, "{broken");
            Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(path)).Status);
            await using var db = desk.Host.Database.Open(desk.Owner.WorkspaceId);
            Assert.DoesNotContain(path, Core.Json.Text(await db.Hooks.AsNoTracking().ToListAsync(_cancel)), StringComparison.Ordinal);
            Assert.DoesNotContain(path, Core.Json.Text(await desk.Runs()), StringComparison.Ordinal);
        }
        await using var process = await BizQProcess.Start(folder.Path, "", ("Logging:LogLevel:Default", "Debug"), ("Logging:LogLevel:Microsoft", "Warning"));
        using var client = new HttpClient { BaseAddress = process.Address };
        foreach (var place in new[] { $"/hooks/{path}", $"/api/v1/hooks/{path}" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(place, new StringContent("{}"), _cancel)).StatusCode);
        await process.Stop();
        Assert.Contains("/hooks/(hidden)", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(path, process.Output, StringComparison.Ordinal);
    }
}
