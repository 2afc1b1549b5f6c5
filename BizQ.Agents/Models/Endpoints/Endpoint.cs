using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat;

namespace BizQ.Agents.Models.Endpoints;

/// <summary>
/// A model at an address: asked under a time limit, again after failures that may pass, and left alone for a while when it keeps
/// failing, so that one dead endpoint does not hold up every run.
/// </summary>
public sealed class Endpoint : IDisposable
{
    /// <summary>A longer Retry-After is not waited for: the next model is asked instead.</summary>
    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    /// <summary>A host that is off does not say so; a host that is on takes a connection in far less.</summary>
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(10);
    /// <summary>So many failures in a row within a minute, and it rests.</summary>
    private const int FailuresBeforeRest = 6;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);
    /// <summary>Far more than a letter; what is longer has run wild.</summary>
    public const int MostCharacters = 400_000;

    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly IChatClient _client;
    private readonly ResiliencePipeline<ChatResponse> _tries;
    private long _quietUntil;

    /// <param name="key">Null for a server that asks for none.</param>
    public Endpoint(EndpointOptions options, string? key, TimeProvider clock)
    {
        Options = options;
        _clock = clock;
        // A redirect could lead the key elsewhere; connections are renewed so that a changed address is noticed.
        _http = new HttpClient(new BoundedAnswers(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = s_connect, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })) { Timeout = Timeout.InfiniteTimeSpan };
        var client = new ChatClient(options.Model, new ApiKeyCredential(string.IsNullOrEmpty(key) ? "none" : key), new OpenAIClientOptions
        {
            Endpoint = new Uri(options.BaseUrl),
            Transport = new HttpClientPipelineTransport(_http),
            // Time and tries are kept here, where Retry-After is bounded and the clock is ours.
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            UserAgentApplicationId = "BizQ",
        });
        _client = client.AsIChatClient();
        _tries = Tries(options, clock);
    }

    public EndpointOptions Options { get; }

    /// <summary>How it is written down with a step: a name can come to mean another model.</summary>
    public string Title => $"{Options.Name}/{Options.Model}";

    /// <summary>The last failure since the last answer; for the settings page.</summary>
    public EndpointTrouble? Trouble { get; private set; }

    public Task<ChatResponse> Ask(IReadOnlyList<ChatMessage> messages, ChatResponseFormat? format, CancellationToken cancel) =>
        Ask(messages, new ChatOptions { ResponseFormat = format }, cancel);

    /// <param name="chat">The form of the answer, and the tools that may be called for.</param>
    public async Task<ChatResponse> Ask(IReadOnlyList<ChatMessage> messages, ChatOptions chat, CancellationToken cancel)
    {
        try
        {
            if (_clock.GetUtcNow().UtcTicks < Interlocked.Read(ref _quietUntil))
                throw new EndpointFailure("modelResting", $"{Options.Name} asked to be left alone for a while; it is not asked until then.", false);
            var response = await _tries.ExecuteAsync(async token => await Once(messages, chat, token), cancel);
            Trouble = null;
            return response;
        }
        catch (BrokenCircuitException)
        {
            throw new ModelException("modelResting", $"{Options.Name} failed {FailuresBeforeRest} times in a row and is left alone for {s_rest.TotalSeconds} s.{Last()}", retryable: false);
        }
        catch (EndpointFailure failure)
        {
            if (failure.After > s_mostWait)
                Interlocked.Exchange(ref _quietUntil, (_clock.GetUtcNow() + failure.After.Value).UtcTicks);
            Trouble = new EndpointTrouble(_clock.GetUtcNow(), failure.Message);
            throw new ModelException(failure.Code, failure.Message, retryable: false, failure);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private string Last() => Trouble is { } last ? $" {last.Message}" : "";

    private static ResiliencePipeline<ChatResponse> Tries(EndpointOptions options, TimeProvider clock)
    {
        var builder = new ResiliencePipelineBuilder<ChatResponse> { TimeProvider = clock };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<ChatResponse>
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = s_firstPause,
                MaxDelay = s_mostWait,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is EndpointFailure { Passing: true } failure && !(failure.After > s_mostWait)),
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as EndpointFailure)?.After),
            });
        }
        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ChatResponse>
            {
                FailureRatio = 1,
                MinimumThroughput = FailuresBeforeRest,
                SamplingDuration = TimeSpan.FromMinutes(1),
                BreakDuration = s_rest,
                // Being told to slow down is no sign of being dead.
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is EndpointFailure { Passing: true, Code: not "modelBusy" }),
            })
            .Build();
    }

    private async Task<ChatResponse> Once(IReadOnlyList<ChatMessage> messages, ChatOptions asked, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(Options.TimeoutSeconds), _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancel);
        var chat = asked.Clone();
        (chat.MaxOutputTokens, chat.Temperature) = (Options.MaxOutputTokens, Options.Temperature);
        try
        {
            return Options.Stream ? await Listen(messages, chat, silence, both.Token) : await _client.GetResponseAsync(messages, chat, both.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw EndpointFailure.Silent(Options);
        }
        catch (Exception problem) when (!cancel.IsCancellationRequested && EndpointFailure.Of(problem, Options, _clock.GetUtcNow()) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<ChatResponse> Listen(IReadOnlyList<ChatMessage> messages, ChatOptions chat, CancellationTokenSource silence, CancellationToken cancel)
    {
        var updates = new List<ChatResponseUpdate>();
        var length = 0;
        await foreach (var update in _client.GetStreamingResponseAsync(messages, chat, cancel))
        {
            silence.CancelAfter(TimeSpan.FromSeconds(Options.TimeoutSeconds));
            updates.Add(update);
            if ((length += update.Text.Length) > MostCharacters)
                throw EndpointFailure.TooLong(Options);
        }
        var response = updates.ToChatResponse();
        // A stream that ends without saying why it ends was cut.
        return response.FinishReason is null ? throw EndpointFailure.CutShort(Options) : response;
    }
}

public sealed record EndpointTrouble(DateTimeOffset At, string Message);
