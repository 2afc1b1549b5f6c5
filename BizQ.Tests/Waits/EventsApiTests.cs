using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;

namespace BizQ.Tests.Waits;

/// <summary>Events as other programs send them.</summary>
public sealed class EventsApiTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_over_the_API_sets_waiting_runs_going()
    {
        await using var stage = await WaitStage.Set(Engine.Sqlite);
        var client = await stage.Host.Client(stage.Owner);
        var (one, two) = (await stage.Waiting("""{ "event": "paid", "correlation": "{{ trigger.input.order }}" }"""), await stage.Waiting("""{ "event": "shipped" }"""));

        var (status, told) = await Post(client, "/api/v1/events", """{ "name": "paid", "correlation": 1001, "payload": { "amount": 3 } }""");
        Assert.Equal((HttpStatusCode.Accepted, 1), (status, told.GetProperty("heard").GetInt32()));
        Assert.Equal(3, (await stage.OutputOf(one.Id)).GetProperty("event").GetProperty("amount").GetInt32());
        var early = (await Post(client, "/api/v1/events", """{ "name": "paid", "correlation": "77" }""")).Body;
        Assert.Equal(WaitStage.Monday + DeliverEvent.Kept, early.GetProperty("keptUntil").GetDateTimeOffset());
        Assert.False((await Post(client, "/api/v1/events", """{ "name": "paid" }""")).Body.TryGetProperty("keptUntil", out _));

        Assert.Equal(HttpStatusCode.Conflict, (await Post(client, $"/api/v1/runs/{one.Id}/events", """{ "name": "paid" }""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Post(client, $"/api/v1/runs/{stage.Host.Get<Ids>().New()}/events", """{ "name": "paid" }""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(client, "/api/v1/events", """{ "name": "no name" }""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(client, "/api/v1/events", """{ "name": "paid", "correlation": {} }""")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await Post(client, $"/api/v1/runs/{two.Id}/events", """{ "name": "shipped" }""")).Status);
        Assert.Equal("event", (await stage.OutputOf(two.Id)).GetProperty("case").GetString());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Post(HttpClient client, string address, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(address, content, _cancel);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel));
    }
}
