using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Core;

namespace BizQ.Tests.Models;

/// <summary>The tasks through an endpoint that answers as it should, streamed and in one piece.</summary>
public sealed class EndpointTests
{
    [Theory, InlineData("true"), InlineData("false")]
    public async Task A_text_comes_with_its_tokens_and_their_price(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Good day to you, ünïcode and all.");
        using var desk = ModelDesk.With(model, ("Stream", stream));

        var answer = await desk.Run(Tasks.Free());

        Assert.Equal("Good day to you, ünïcode and all.", answer.Output.GetProperty("text").GetString());
        Assert.Equal(("scripted/tiny", 100, 20, 0.0004m), (answer.Use.Model, answer.Use.InputTokens, answer.Use.OutputTokens, answer.Use.CostUsd));
        var asked = Assert.Single(model.Requests);
        Assert.Equal($"Bearer {ModelDesk.Key}", asked.Authorization);
        Assert.Equal("tiny", asked.Body.GetProperty("model").GetString());
        Assert.Equal(stream == "true", asked.Body.TryGetProperty("stream", out var said) && said.GetBoolean());
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task A_class_is_asked_for_by_schema_and_comes_back_as_the_task_says(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Says(new { label = "shipping", confidence = 0.93 });
        using var desk = ModelDesk.With(model, ("Stream", stream));

        var answer = await desk.Run(Tasks.Classify());

        Assert.Equal("""{"label":"shipping","confidence":0.93,"scores":[{"label":"shipping","score":0.93}]}""", answer.Output.GetRawText());
        var format = Assert.Single(model.Requests).Body.GetProperty("response_format");
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        Assert.Equal(["refund", "shipping"], format.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("label").GetProperty("enum").EnumerateArray().Select(one => one.GetString()));
    }

    [Theory, InlineData("Json", "json_object"), InlineData("Prompt", null)]
    public async Task An_endpoint_that_takes_no_schema_is_told_it_in_words(string output, string? format)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Here it is:\n```json\n{ \"label\": \"refund\", \"confidence\": 0.8 }\n```");
        using var desk = ModelDesk.With(model, ("StructuredOutput", output));

        var answer = await desk.Run(Tasks.Classify());

        Assert.Equal("refund", answer.Output.GetProperty("label").GetString());
        var asked = Assert.Single(model.Requests);
        Assert.Equal(format, asked.Body.TryGetProperty("response_format", out var given) ? given.GetProperty("type").GetString() : null);
        Assert.Contains("\"enum\":[\"refund\",\"shipping\"]", asked.Text(0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_in_the_text_is_null_and_every_field_is_there()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("""{"orderNumber":"A-1042","total":null}""");
        using var desk = ModelDesk.With(model);

        var answer = await desk.Run(Tasks.Extract("Order A-1042", """{"type":"object","properties":{"orderNumber":{"type":"string"},"total":{"type":"number"},"date":{"type":"string"}}}"""));

        Assert.Equal("""{"orderNumber":"A-1042","total":null,"date":null}""", answer.Output.GetRawText());
    }

    [Fact]
    public async Task An_answer_cites_the_passages_it_names()
    {
        await using var model = await ScriptedModel.Start();
        model.Says(new { known = true, text = "Within 30 days of delivery [1].", confidence = 0.9, passages = new[] { 1 } });
        using var desk = ModelDesk.With(model);

        var answer = Json.Read<JsonElement>((await desk.Run(Tasks.Answer())).Output.GetRawText());

        Assert.True(answer.GetProperty("known").GetBoolean());
        var citation = Assert.Single(answer.GetProperty("citations").EnumerateArray());
        Assert.Equal(("Refunds", "policies.md", Tasks.Passages[0].Id), (citation.GetProperty("title").GetString(), citation.GetProperty("source").GetString(), citation.GetProperty("id").GetGuid()));
    }

    [Theory, InlineData("[]"), InlineData("[7]")]
    public async Task An_answer_that_rests_on_no_passage_is_not_taken(string passages)
    {
        await using var model = await ScriptedModel.Start();
        model.Says($$"""{"known":true,"text":"Ten years.","confidence":1,"passages":{{passages}}}""").Says(new { known = false, text = "The passages do not say it.", confidence = 0.2, passages = Array.Empty<int>() });
        using var desk = ModelDesk.With(model);

        var answer = await desk.Run(Tasks.Answer("How long is the warranty?"));

        Assert.False(answer.Output.GetProperty("known").GetBoolean());
        Assert.Empty(answer.Output.GetProperty("citations").EnumerateArray());
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task A_question_without_passages_asks_no_model()
    {
        await using var model = await ScriptedModel.Start();
        using var desk = ModelDesk.With(model);

        var answer = await desk.Run(Tasks.Answer() with { Evidence = [] });

        Assert.False(answer.Output.GetProperty("known").GetBoolean());
        Assert.Equal(ModelUse.BuiltIn, answer.Use.Model);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task A_draft_begins_with_the_filled_template()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Dear Ana, your parcel is on its way.");
        using var desk = ModelDesk.With(model);

        var answer = await desk.Run(Tasks.Draft("Dear {{ name }}, it is on its way.", """{"name":"Ana"}"""));

        Assert.Equal("""{"text":"Dear Ana, your parcel is on its way."}""", answer.Output.GetRawText());
        Assert.Contains("Dear Ana, it is on its way.", Assert.Single(model.Requests).Text(1), StringComparison.Ordinal);
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task Malformed_json_is_put_right_when_asked_again_and_both_answers_are_paid(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("""{"label": "shipping", "confid""").Says(new { label = "shipping", confidence = 0.7 });
        using var desk = ModelDesk.With(model, ("Stream", stream));

        var answer = await desk.Run(Tasks.Classify());

        Assert.Equal("shipping", answer.Output.GetProperty("label").GetString());
        Assert.Equal((200, 40, 0.0008m), (answer.Use.InputTokens, answer.Use.OutputTokens, answer.Use.CostUsd));
        var again = model.Requests.Last();
        Assert.Equal(4, again.Body.GetProperty("messages").GetArrayLength());
        Assert.Contains("It is not one complete JSON object.", again.Text(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_write_json_is_a_named_failure_that_was_paid_for()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("I would rather talk.");
        using var desk = ModelDesk.With(model);

        var problem = await desk.Fails(Tasks.Shaped());

        Assert.Equal(("answerUnusable", false), (problem.Code, problem.Retryable));
        Assert.Equal(("scripted/tiny", 0.0008m), (problem.Use!.Model, problem.Use.CostUsd));
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task Where_the_built_in_model_can_it_takes_over()
    {
        await using var model = await ScriptedModel.Start();
        model.Says(new { label = "weather", confidence = 2 });
        using var desk = ModelDesk.With(model);

        var answer = await desk.Run(Tasks.Classify());

        Assert.Equal(("shipping", ModelUse.BuiltIn, 0.0008m), (answer.Output.GetProperty("label").GetString(), answer.Use.Model, answer.Use.CostUsd));
    }

    [Theory, InlineData("length", "answerCut"), InlineData("content_filter", "answerWithheld")]
    public async Task An_answer_that_did_not_come_to_its_end_is_not_taken(string finish, string code)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("Dear Ana, your parc", finish);
        using var desk = ModelDesk.With(model);

        Assert.Equal(code, (await desk.Fails(Tasks.Free())).Code);
    }

    [Theory, InlineData("true"), InlineData("false")]
    public async Task An_answer_without_a_word_is_not_taken(string stream)
    {
        await using var model = await ScriptedModel.Start();
        model.Says("");
        using var desk = ModelDesk.With(model, ("Stream", stream));

        Assert.Equal("answerUnusable", (await desk.Fails(Tasks.Free())).Code);
    }

    [Fact]
    public async Task A_schema_that_points_to_another_host_is_refused_before_anything_is_fetched()
    {
        await using var model = await ScriptedModel.Start();
        using var desk = ModelDesk.With(model);

        var problem = await desk.Fails(Tasks.Free() with { Schema = JsonElement.Parse($$"""{"type":"object","properties":{"a":{"$ref":"{{model.BaseUrl}}/schema.json"} } }""") });

        Assert.Equal("badSchema", problem.Code);
        Assert.Contains("a $ref points outside of it", problem.Message, StringComparison.Ordinal);
    }
}
