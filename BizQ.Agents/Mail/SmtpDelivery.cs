using System.Net.Sockets;
using System.Text;
using BizQ.Agents.Tools;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace BizQ.Agents.Mail;

/// <summary>
/// Hands one message to the mail server. What matters is how it fails: until the server was told to expect the message it
/// certainly was not sent; an answer of the server is certain too; a connection lost in between leaves nobody knowing.
/// </summary>
public sealed class SmtpDelivery(SmtpOptions options, TimeProvider clock, ILogger<SmtpDelivery> log)
{
    /// <summary>Null when the server took it; otherwise how it failed.</summary>
    public async Task<ToolResult?> Send(MimeMessage message, CancellationToken cancel)
    {
        using var progress = new Progress();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var client = new SmtpClient(progress) { Timeout = options.TimeoutSeconds * 1000 };
        try
        {
            await client.ConnectAsync(options.Host, options.UsedPort, options.SocketOptions, either.Token);
            if (options.User.Length > 0)
                await client.AuthenticateAsync(Encoding.UTF8, options.User, options.Password, either.Token);
            await client.SendAsync(message, either.Token);
        }
        catch (Exception problem) when (problem is IOException or SocketException or ProtocolException or CommandException or AuthenticationException or SslHandshakeException or OperationCanceledException or NotSupportedException or InvalidOperationException)
        {
            log.LogWarning("{Server} did not take the mail {MessageId}: {Problem}", options.Host, message.MessageId, problem.Message);
            return Failure(problem, progress.MessageAnnounced, cancel.IsCancellationRequested);
        }
        await Leave(client, either.Token);
        return null;
    }

    private ToolResult Failure(Exception problem, bool announced, bool stopping) => problem switch
    {
        SmtpCommandException { StatusCode: var code } said when (int)code is >= 400 and < 600 =>
            new ToolResult.Failed(said.ErrorCode == SmtpErrorCode.RecipientNotAccepted ? "recipientRefused" : "mailRefused",
                $"{options.Host} refused the mail: {(int)code} {said.Message}", Retryable: (int)code < 500),
        AuthenticationException => new ToolResult.Failed("smtpSignIn", $"{options.Host} did not accept the user name and password in Mail:Smtp. Correct them and try again.", Retryable: false),
        NotSupportedException => new ToolResult.Failed("smtpUnable", $"{options.Host} cannot take this mail: {problem.Message}", Retryable: false),
        _ when announced => new ToolResult.Uncertain(
            $"The connection to {options.Host} was lost while it took the mail. It may have been sent or not; look into the sent mail of the server or ask the recipient."),
        SslHandshakeException => new ToolResult.Failed("smtpTls", $"No secure connection to {options.Host} came about: its certificate is not trusted or it offers no TLS. Nothing was sent.", Retryable: true),
        _ => new ToolResult.Failed("smtpUnreachable",
            stopping ? "BizQ was stopping before the mail was handed over. Nothing was sent." : $"{options.Host}:{options.UsedPort} could not be reached or did not answer in time. Nothing was sent.", Retryable: true),
    };

    /// <summary>The message is taken; a server that hangs up rudely changes nothing about it.</summary>
    private async Task Leave(SmtpClient client, CancellationToken cancel)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancel);
        }
        catch (Exception rude) when (rude is IOException or SocketException or ProtocolException or OperationCanceledException)
        {
            log.LogDebug("{Server} hung up early: {Problem}", options.Host, rude.Message);
        }
    }

    /// <summary>Listens to the conversation for the one moment that counts: the command after which the message follows.</summary>
    private sealed class Progress : IProtocolLogger
    {
        public bool MessageAnnounced { get; private set; }

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            var said = buffer.AsSpan(offset, count);
            MessageAnnounced |= said.StartsWith("DATA\r\n"u8) || said.StartsWith("BDAT "u8) || said.IndexOf("\nDATA\r\n"u8) >= 0 || said.IndexOf("\nBDAT "u8) >= 0;
        }

        public void LogServer(byte[] buffer, int offset, int count)
        {
        }

        public void LogConnect(Uri uri)
        {
        }

        public void Dispose()
        {
        }
    }
}
