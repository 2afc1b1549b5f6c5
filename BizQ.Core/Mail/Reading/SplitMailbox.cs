using System.Text;

namespace BizQ.Core.Mail.Reading;

/// <summary>A mailbox file holds several messages, each after a line "From …"; most files hold one message and no such line.</summary>
public static class SplitMailbox
{
    private const int MostHeaderBytes = 4_096;

    private static readonly string[] MailHeaders = ["From:", "To:", "Date:", "Subject:", "Message-ID:", "Received:", "Return-Path:", "MIME-Version:"];

    /// <summary>The messages without the lines between them.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> file)
    {
        // Some editors put a byte order mark before the first header, which would hide it.
        if (file.Span.StartsWith("\uFEFF"u8))
            file = file[3..];
        if (!file.Span.StartsWith("From "u8))
            return [file];
        var messages = new List<ReadOnlyMemory<byte>>();
        var start = 0;
        for (var next = NextMarker(file.Span, 0); next > 0; next = NextMarker(file.Span, next))
        {
            messages.Add(WithoutMarker(file[start..next]));
            start = next;
        }
        messages.Add(WithoutMarker(file[start..]));
        return messages;
    }

    /// <summary>Where the next "From " line stands that begins a message; 0 when there is none.</summary>
    private static int NextMarker(ReadOnlySpan<byte> file, int after)
    {
        for (var at = after + 1; at < file.Length; at++)
        {
            var found = file[at..].IndexOf("\nFrom "u8);
            if (found < 0)
                return 0;
            at += found;
            if (HeadersFollow(file[(at + 1)..]))
                return at + 1;
        }
        return 0;
    }

    /// <summary>Mail headers stand right below a marker; below a sentence that begins with "From " they do not.</summary>
    private static bool HeadersFollow(ReadOnlySpan<byte> file)
    {
        var lines = Encoding.Latin1.GetString(file[..Math.Min(file.Length, MostHeaderBytes)]).Split('\n').Skip(1)
            .Select(line => line.TrimEnd('\r')).TakeWhile(line => line.Length > 0).ToList();
        return lines.Count > 0 && lines[0].IndexOf(':') is > 0 and var colon && !lines[0][..colon].Contains(' ')
            && lines.Exists(line => MailHeaders.Any(header => line.StartsWith(header, StringComparison.OrdinalIgnoreCase)));
    }

    private static ReadOnlyMemory<byte> WithoutMarker(ReadOnlyMemory<byte> message) =>
        message.Span.IndexOf((byte)'\n') is >= 0 and var end ? message[(end + 1)..] : default;
}
