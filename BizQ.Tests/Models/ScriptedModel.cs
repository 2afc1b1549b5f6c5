using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using BizQ.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace BizQ.Tests.Models;

/// <summary>What a client asked: its body, the last part of its path, and its Authorization.</summary>
public sealed record Asked(JsonElement Body, string Path, string Authorization)
{
    public string Text(int message) => Body.GetProperty("messages")[message].GetProperty("content") switch
    {
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => part.GetProperty("text").GetString())),
        var text => text.GetString()!,
    };
}

/// <summary>
/// A server on loopback that speaks the chat completions protocol byte by byte and answers what the test says, in order; the
/// last answer is repeated.
/// </summary>
public sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Asked, Task>> _script = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private Func<HttpContext, Asked, Task> _last = (http, asked) => Speak(http, asked, "It was not said what to say.", "stop");

    private ScriptedModel(WebApplication app) => _app = app;

    public string BaseUrl => _app.Urls.First() + "/v1";

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public static async Task<ScriptedModel> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var model = new ScriptedModel(app);
        app.MapPost("/v1/chat/completions", model.Answer);
        await app.StartAsync();
        return model;
    }

    public ScriptedModel Then(Func<HttpContext, Asked, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public ScriptedModel Says(string text, string finish = "stop") => Then((http, asked) => Speak(http, asked, text, finish));

    public ScriptedModel Says(object answer) => Says(Json.Text(answer));

    /// <summary>Calls for tools: name and arguments of each, the arguments as an object or as the text of one.</summary>
    public ScriptedModel Calls(params (string Name, object Arguments)[] calls) => Then((http, asked) => Call(http, asked, calls));

    public ScriptedModel Fails(int status, string body = """{"error":{"message":"It is not your day.","type":"some_error","code":null}}""", string? retryAfter = null) => Then(async (http, _) =>
    {
        http.Response.StatusCode = status;
        if (retryAfter is not null)
            http.Response.Headers.RetryAfter = retryAfter;
        http.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/html";
        await http.Response.WriteAsync(body);
    });

    /// <summary>Begins to answer and hangs up.</summary>
    public ScriptedModel HangsUp() => Then(async (http, asked) =>
    {
        var streaming = Streaming(asked);
        http.Response.ContentType = streaming ? "text/event-stream" : "application/json";
        http.Response.ContentLength = streaming ? null : 1000;
        await http.Response.WriteAsync(streaming ? Chunk("Dear", null) : """{"id":"chatcmpl-1","object":"chat""");
        await http.Response.Body.FlushAsync();
        http.Abort();
    });

    /// <summary>Takes the question and never says a word.</summary>
    public ScriptedModel KeepsSilent() => Then((http, _) =>
    {
        var gone = new TaskCompletionSource();
        http.RequestAborted.Register(gone.SetResult);
        return gone.Task;
    });

    /// <summary>Writes until it is stopped.</summary>
    public ScriptedModel NeverEnds() => Then(async (http, asked) =>
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var words = new string('x', 10_000);
        http.Response.ContentType = Streaming(asked) ? "text/event-stream" : "application/json";
        if (!Streaming(asked))
            await http.Response.WriteAsync("""{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"tiny","choices":[{"index":0,"message":{"role":"assistant","content":" """.TrimEnd());
        while (!http.RequestAborted.IsCancellationRequested)
            await http.Response.WriteAsync(Streaming(asked) ? Chunk(words, null) : words, http.RequestAborted);
    });

    /// <summary>Returns when a request has arrived.</summary>
    public Task Arrived() => _arrived.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task Answer(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var asked = new Asked(body.RootElement.Clone(), http.Request.Path, http.Request.Headers.Authorization.ToString());
        Requests.Enqueue(asked);
        if (_script.TryDequeue(out var next))
            _last = next;
        _arrived.Release();
        await _last(http, asked);
    }

    private static bool Streaming(Asked asked) => asked.Body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>As many tokens as words, in and out.</summary>
    public static async Task Speak(HttpContext http, Asked asked, string text, string finish = "stop")
    {
        var usage = new { prompt_tokens = 100, completion_tokens = 20, total_tokens = 120 };
        if (!Streaming(asked))
        {
            var message = new { role = "assistant", content = text };
            await http.Response.WriteAsJsonAsync(new { id = "chatcmpl-1", @object = "chat.completion", created = 1700000000, model = "tiny", choices = new[] { new { index = 0, message, finish_reason = finish } }, usage });
            return;
        }
        http.Response.ContentType = "text/event-stream";
        var stream = new StringBuilder(Chunk("", null));
        foreach (var part in text.Chunk(7))
            stream.Append(Chunk(new string(part), null));
        stream.Append(Chunk(null, finish));
        stream.Append("data: ").Append(JsonSerializer.Serialize(new { id = "chatcmpl-1", @object = "chat.completion.chunk", created = 1700000000, model = "tiny", choices = Array.Empty<object>(), usage })).Append("\n\n");
        stream.Append("data: [DONE]\n\n");
        await http.Response.WriteAsync(stream.ToString());
    }

    /// <summary>A call's arguments come in pieces when they are streamed, as they do from real servers.</summary>
    public static async Task Call(HttpContext http, Asked asked, params (string Name, object Arguments)[] calls)
    {
        var usage = new { prompt_tokens = 100, completion_tokens = 20, total_tokens = 120 };
        var made = calls.Select((call, index) => (Id: $"call_{asked.Body.GetProperty("messages").GetArrayLength()}_{index}", call.Name, Arguments: call.Arguments as string ?? Json.Text(call.Arguments))).ToList();
        if (!Streaming(asked))
        {
            var message = new { role = "assistant", content = (string?)null, tool_calls = made.Select(call => new { id = call.Id, type = "function", function = new { name = call.Name, arguments = call.Arguments } }) };
            await http.Response.WriteAsJsonAsync(new { id = "chatcmpl-1", @object = "chat.completion", created = 1700000000, model = "tiny", choices = new[] { new { index = 0, message, finish_reason = "tool_calls" } }, usage });
            return;
        }
        http.Response.ContentType = "text/event-stream";
        var stream = new StringBuilder(Chunk("", null));
        foreach (var (index, call) in made.Index())
        {
            stream.Append(Chunk(new { tool_calls = new[] { new { index, id = call.Id, type = "function", function = new { name = call.Name, arguments = "" } } } }, null));
            foreach (var part in call.Arguments.Chunk(9))
                stream.Append(Chunk(new { tool_calls = new[] { new { index, function = new { arguments = new string(part) } } } }, null));
        }
        stream.Append(Chunk(null, "tool_calls"));
        stream.Append("data: ").Append(JsonSerializer.Serialize(new { id = "chatcmpl-1", @object = "chat.completion.chunk", created = 1700000000, model = "tiny", choices = Array.Empty<object>(), usage })).Append("\n\ndata: [DONE]\n\n");
        await http.Response.WriteAsync(stream.ToString());
    }

    private static string Chunk(string? text, string? finish) => Chunk(text is null ? new { } : (object)new { role = "assistant", content = text }, finish);

    private static string Chunk(object delta, string? finish) =>
        "data: " + JsonSerializer.Serialize(new { id = "chatcmpl-1", @object = "chat.completion.chunk", created = 1700000000, model = "tiny", choices = new[] { new { index = 0, delta, finish_reason = finish } } }) + "\n\n";
}
