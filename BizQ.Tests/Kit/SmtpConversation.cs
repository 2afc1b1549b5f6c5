using System.Text;

namespace BizQ.Tests.Kit;

/// <summary>One connection to the <see cref="SmtpSink"/>: RFC 5321 as far as a sending client needs it, without TLS.</summary>
internal sealed class SmtpConversation(
    StreamReader reader, StreamWriter writer, Func<Func<SmtpMood, bool>, SmtpMood> nextMood, Action<SmtpMessage, bool> keep, Task letGo)
{
    private string _from = "";
    private List<string> _to = [];

    public async Task Run(CancellationToken cancel)
    {
        if (nextMood(mood => mood == SmtpMood.Unavailable) == SmtpMood.Unavailable)
        {
            await writer.WriteLineAsync("421 sink.example going away");
            return;
        }
        await writer.WriteLineAsync("220 sink.example ESMTP");
        while (await reader.ReadLineAsync(cancel) is { } line && await Answer(line, cancel))
        {
        }
    }

    /// <summary>False when the conversation is over.</summary>
    private async Task<bool> Answer(string line, CancellationToken cancel)
    {
        switch (line.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "EHLO":
                await writer.WriteAsync("250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 SIZE 36700160\r\n");
                return true;
            case "HELO" or "RSET" or "NOOP":
                return await Say("250 fine");
            case "AUTH":
                return await Say("235 welcome");
            case "MAIL":
                (_from, _to) = (Address(line), []);
                return await Say("250 fine");
            case "RCPT":
                if (nextMood(mood => mood == SmtpMood.RefuseRecipient) == SmtpMood.RefuseRecipient)
                    return await Say("550 nobody of that name here");
                _to.Add(Address(line));
                return await Say("250 fine");
            case "DATA":
                return await Data(cancel);
            case "QUIT":
                await Say("221 bye");
                return false;
            default:
                return await Say("502 not spoken here");
        }
    }

    private async Task<bool> Data(CancellationToken cancel)
    {
        await writer.WriteLineAsync("354 go on, end with a dot");
        if (await Body(cancel) is not { } body)
            return false;
        var message = new SmtpMessage(_from, _to, body);
        var mood = nextMood(_ => true);
        keep(message, mood is SmtpMood.Accept or SmtpMood.DropAfterData or SmtpMood.Slow);
        switch (mood)
        {
            case SmtpMood.RefuseForNow:
                return await Say("451 busy, try again later");
            case SmtpMood.RefuseForever:
                return await Say("550 not taken");
            case SmtpMood.DropAfterData:
                return false;
            case SmtpMood.Slow:
                await letGo.WaitAsync(cancel);
                return await Say("250 taken at last");
            default:
                return await Say("250 taken");
        }
    }

    /// <summary>Null when the sender went away before the dot: half a message is none.</summary>
    private async Task<string?> Body(CancellationToken cancel)
    {
        var body = new StringBuilder();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line == ".")
                return body.ToString();
            body.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }
        return null;
    }

    private async Task<bool> Say(string line)
    {
        await writer.WriteLineAsync(line);
        return true;
    }

    private static string Address(string line)
    {
        var start = line.IndexOf('<', StringComparison.Ordinal) + 1;
        return line[start..line.IndexOf('>', start)];
    }
}
