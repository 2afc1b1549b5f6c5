using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Models;

/// <summary>What an endpoint can do wrong, and what is said and done about it.</summary>
public sealed class EndpointFailureTests
{
    [Theory, InlineData("true"), InlineData("false")]
    public async Task A_busy_endpoint_is_asked_again_when_it_says(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(429, retryAfter: "3").Says("Now then.");
        var clock = new HastyClock();
        using var desk = new ModelDesk(clock, ModelDesk.Endpoint(model, more: ("Stream", stream)));

        var answer = await desk.Run(Tasks.Free());

        Assert.Equal("Now then.", answer.Output.GetProperty("text").GetString());
        Assert.Equal([TimeSpan.FromSeconds(3)], clock.Pauses);
    }

    [Fact]
    public async Task An_endpoint_that_wants_an_hour_of_rest_gets_it()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(429, retryAfter: "3600").Says("Back again.");
        var clock = new FakeTimeProvider();
        using var desk = new ModelDesk(clock, ModelDesk.Endpoint(model));

        Assert.Equal("modelBusy", (await desk.Fails(Tasks.Free())).Code);
        Assert.Equal("modelResting", (await desk.Fails(Tasks.Free())).Code);
        Assert.Single(model.Requests);

        clock.Advance(TimeSpan.FromSeconds(3601));
        Assert.Equal("Back again.", (await desk.Run(Tasks.Free())).Output.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_busy_endpoint_is_not_asked_for_ever()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(429, retryAfter: "0");
        using var desk = ModelDesk.With(model, ("MaxRetries", "3"));

        var problem = await desk.Fails(Tasks.Free());

        Assert.Equal(("modelBusy", false), (problem.Code, problem.Retryable));
        Assert.Equal(4, model.Requests.Count);
    }

    [Theory, InlineData(401), InlineData(403)]
    public async Task A_refused_key_is_said_so_once_and_never_shown(int status)
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(status, $$$"""{"error":{"message":"Incorrect API key provided: {{{ModelDesk.Key}}}.","type":"invalid_request_error","code":"invalid_api_key"}}""");
        using var desk = ModelDesk.With(model);

        var problem = await desk.Fails(Tasks.Free());

        Assert.Equal("keyRefused", problem.Code);
        Assert.Contains("The key was refused", problem.Message, StringComparison.Ordinal);
        Assert.Contains(ModelDesk.KeyVariable, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ModelDesk.Key, problem.Message, StringComparison.Ordinal);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task What_an_endpoint_says_is_shown_without_the_key_it_may_hold()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(400, $$$"""{"error":{"message":"You sent {{{ModelDesk.Key}}} and temperature 3.","type":"invalid_request_error"}}""");
        using var desk = ModelDesk.With(model);

        var problem = await desk.Fails(Tasks.Free());

        Assert.Equal("requestRefused", problem.Code);
        Assert.Contains("temperature 3", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ModelDesk.Key, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_knows_no_schemas_is_met_with_the_setting_for_it()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(400, """{"error":{"message":"Unknown field: response_format.json_schema","type":"invalid_request_error"}}""");
        using var desk = ModelDesk.With(model);

        var problem = await desk.Fails(Tasks.Shaped());

        Assert.Equal("requestRefused", problem.Code);
        Assert.EndsWith("Set StructuredOutput to Json or Prompt for it.", problem.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(500), InlineData(503), InlineData(408)]
    public async Task A_failure_on_its_side_is_tried_again(int status)
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(status).Fails(status).Says("Better.");
        using var desk = ModelDesk.With(model);

        Assert.Equal("Better.", (await desk.Run(Tasks.Free())).Output.GetProperty("text").GetString());
        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task A_failure_that_stays_is_named_after_the_last_try()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(500, "<html>Internal Server Error</html>");
        using var desk = ModelDesk.With(model);

        Assert.Equal("modelFailed", (await desk.Fails(Tasks.Free())).Code);
        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task An_endpoint_that_keeps_failing_is_left_alone_for_a_while()
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(500);
        var clock = new FakeTimeProvider();
        using var desk = new ModelDesk(clock, ModelDesk.Endpoint(model, more: ("MaxRetries", "0")));

        for (var call = 0; call < 6; call++)
            Assert.Equal("modelFailed", (await desk.Fails(Tasks.Free())).Code);
        Assert.Equal("modelResting", (await desk.Fails(Tasks.Free())).Code);
        Assert.Equal(6, model.Requests.Count);

        model.Says("Up again.");
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("Up again.", (await desk.Run(Tasks.Free())).Output.GetProperty("text").GetString());
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task Silence_ends_with_the_time_allowed(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.KeepsSilent();
        var clock = new FakeTimeProvider();
        using var desk = new ModelDesk(clock, ModelDesk.Endpoint(model, more: [("Stream", stream), ("TimeoutSeconds", "45"), ("MaxRetries", "0")]));

        var failing = desk.Fails(Tasks.Free());
        await model.Arrived();
        clock.Advance(TimeSpan.FromSeconds(46));

        var problem = await failing;
        Assert.Equal("modelTimedOut", problem.Code);
        Assert.Contains("45 s", problem.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task A_connection_that_breaks_in_the_middle_is_tried_again(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.HangsUp().Says("Whole.");
        using var desk = ModelDesk.With(model, ("Stream", stream));

        Assert.Equal("Whole.", (await desk.Run(Tasks.Free())).Output.GetProperty("text").GetString());
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task A_connection_that_always_breaks_is_named(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.HangsUp();
        using var desk = ModelDesk.With(model, ("Stream", stream));

        Assert.Equal("modelUnreachable", (await desk.Fails(Tasks.Free())).Code);
        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task A_stream_that_ends_without_an_end_was_cut()
    {
        await using var model = await ScriptedModel.Start();
        model.Then(async (http, _) =>
        {
            http.Response.ContentType = "text/event-stream";
            var start = new { id = "1", @object = "chat.completion.chunk", created = 1700000000, model = "tiny", choices = new[] { new { index = 0, delta = new { role = "assistant", content = "Dear An" }, finish_reason = (string?)null } } };
            await http.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"data: {System.Text.Json.JsonSerializer.Serialize(start)}\n\n"), TestContext.Current.CancellationToken);
        });
        using var desk = ModelDesk.With(model, ("MaxRetries", "0"));

        Assert.Equal("modelUnreachable", (await desk.Fails(Tasks.Free())).Code);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_named()
    {
        var model = await ScriptedModel.Start();
        var settings = ModelDesk.Endpoint(model);
        await model.DisposeAsync();
        using var desk = new ModelDesk(null, settings);

        var problem = await desk.Fails(Tasks.Free());

        Assert.Equal("modelUnreachable", problem.Code);
        Assert.Contains("cannot be reached at http://127.0.0.1", problem.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task An_answer_without_end_is_stopped_and_not_asked_for_again(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.NeverEnds();
        using var desk = ModelDesk.With(model, ("Stream", stream));

        Assert.Equal("answerTooLong", (await desk.Fails(Tasks.Free())).Code);
        Assert.Single(model.Requests);
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task Something_else_at_the_address_is_named(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Fails(200, "<html>Welcome to the router's settings</html>");
        using var desk = ModelDesk.With(model, ("Stream", stream), ("MaxRetries", "0"));

        var problem = await desk.Fails(Tasks.Free());

        Assert.Contains(problem.Code, new[] { "modelGarbled", "modelUnreachable" });
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_key()
    {
        await using var other = await ScriptedModel.Start();
        await using var model = await ScriptedModel.Start();
        model.Then((http, _) =>
        {
            http.Response.Redirect(other.BaseUrl + "/chat/completions", permanent: true);
            return Task.CompletedTask;
        });
        using var desk = ModelDesk.With(model);

        Assert.Equal("modelMoved", (await desk.Fails(Tasks.Free())).Code);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Whoever_stops_waiting_stops_the_call_and_it_is_no_failure()
    {
        await using var model = await ScriptedModel.Start();
        model.KeepsSilent();
        using var desk = ModelDesk.With(model);
        using var cancel = new CancellationTokenSource();

        var run = desk.Router.Run(Tasks.Free(), cancel.Token);
        await model.Arrived();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
