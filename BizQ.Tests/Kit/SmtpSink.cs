using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BizQ.Tests.Kit;

/// <summary>What the server does with the next message.</summary>
public enum SmtpMood
{
    Accept,
    /// <summary>451 after the message: try again later.</summary>
    RefuseForNow,
    /// <summary>550 after the message: never.</summary>
    RefuseForever,
    /// <summary>550 to the recipient.</summary>
    RefuseRecipient,
    /// <summary>421 instead of a greeting: the server is going away.</summary>
    Unavailable,
    /// <summary>The message is taken and the connection breaks before the answer: the sender cannot know.</summary>
    DropAfterData,
    /// <summary>The message is taken, and the answer waits for <see cref="SmtpSink.LetGo"/>.</summary>
    Slow,
}

/// <summary>A message as it came over the wire.</summary>
public sealed record SmtpMessage(string From, IReadOnlyList<string> To, string Raw);

/// <summary>
/// A small real SMTP server on loopback that keeps what it is given and fails as told: moods are used up one a message (or
/// one a connection, for <see cref="SmtpMood.Unavailable"/>), then it accepts.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<SmtpMood> _moods = new();
    private readonly ConcurrentQueue<SmtpMessage> _messages = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    public SmtpSink()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept();
    }

    public string Host => "127.0.0.1";

    public int Port { get; }

    /// <summary>Everything it took, accepted or dropped after; refused messages are not here.</summary>
    public IReadOnlyList<SmtpMessage> Messages => [.. _messages];

    public SmtpSink Then(params SmtpMood[] moods)
    {
        foreach (var mood in moods)
            _moods.Enqueue(mood);
        return this;
    }

    /// <summary>Ends the wait of every slow message.</summary>
    public void LetGo() => _letGo.TrySetResult();

    /// <summary>Waits for one more message to have arrived whole, whatever became of it.</summary>
    public async Task Arrival()
    {
        if (!await _arrived.WaitAsync(Eventually.Bound, TestContext.Current.CancellationToken))
            throw new TimeoutException("No mail arrived at the SMTP server.");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _letGo.TrySetResult();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_conversations);
        _end.Dispose();
        _arrived.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _conversations.Add(Converse(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task Converse(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            // One byte is one character, whatever the message holds.
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await new SmtpConversation(reader, writer, NextMood, Keep, _letGo.Task).Run(_end.Token);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            // The client went away, or the test ended.
        }
    }

    private SmtpMood NextMood(Func<SmtpMood, bool> wanted) =>
        _moods.TryPeek(out var next) && wanted(next) && _moods.TryDequeue(out var mood) ? mood : SmtpMood.Accept;

    private void Keep(SmtpMessage message, bool taken)
    {
        if (taken)
            _messages.Enqueue(message);
        _arrived.Release();
    }
}
