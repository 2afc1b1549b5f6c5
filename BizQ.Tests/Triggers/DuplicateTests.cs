using System.Net;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Schedules;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Tests.Kit;
using BizQ.Tests.Runtime;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Triggers;

public sealed class DuplicateTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_hundred_duplicates_over_the_API_make_one_run_and_a_hundred_good_answers(Engine engine)
    {
        await using var stage = await Stage.Set(engine, new Script());
        var agent = await stage.Agent("start:trigger", "");
        using var client = await stage.Host.Client(stage.Owner);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/agents/{agent.Id}/runs") { Content = new StringContent("""{"input":1}""", Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "one");
            using var answer = await client.SendAsync(request, _cancel);
            return (answer.StatusCode, Id: JsonElement.Parse(await answer.Content.ReadAsStringAsync(_cancel)).GetProperty("id").GetGuid());
        }));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{answer.StatusCode}"));
        Assert.Single(answers.Select(a => a.Id).Distinct());
        await using var db = stage.Host.Database.Open(stage.Owner.WorkspaceId);
        Assert.Equal(1, await db.Runs.CountAsync(_cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Signatures_are_forgotten_once_their_time_alone_refuses_them(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var desk = await HookDesk.Start(HookAuth.Signature, engine, clock);
        var made = await desk.Make();
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Send(made.Path, headers: desk.Signed(made))).Status);
        var forget = new ForgetSignatures(desk.Host.Database, clock, NullLogger<ForgetSignatures>.Instance);
        clock.Advance(2 * HookSecrets.Window);
        Assert.Equal(0, await forget.Run(_cancel));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await forget.Run(_cancel));
    }
}
