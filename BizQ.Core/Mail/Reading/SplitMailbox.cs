namespace BizQ.Core.Mail.Reading;

/// <summary>A mailbox file holds several messages, each after a line "From …"; most files hold one message and no such line.</summary>
public static class SplitMailbox
{
    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> file)
    {
        if (!file.Span.StartsWith("From "u8))
            return [file];
        var messages = new List<ReadOnlyMemory<byte>>();
        var start = 0;
        for (var next = NextMarker(file.Span, 0); next > 0; next = NextMarker(file.Span, next))
        {
            messages.Add(file[start..next]);
            start = next;
        }
        messages.Add(file[start..]);
        return messages;
    }

    /// <summary>Where the next "From " after an empty line stands; 0 when there is none.</summary>
    private static int NextMarker(ReadOnlySpan<byte> file, int after)
    {
        for (var at = after + 1; at < file.Length; at++)
        {
            var found = file[at..].IndexOf("\nFrom "u8);
            if (found < 0)
                return 0;
            at += found;
            if (IsEmptyLineBefore(file, at) && NamesYear(file[(at + 1)..]))
                return at + 1;
        }
        return 0;
    }

    private static bool IsEmptyLineBefore(ReadOnlySpan<byte> file, int breakAt) =>
        breakAt > 0 && (file[breakAt - 1] == '\n' || file[breakAt - 1] == '\r' && breakAt > 1 && file[breakAt - 2] == '\n');

    /// <summary>A marker ends in a date; a sentence that begins with "From " after an empty line rarely does.</summary>
    private static bool NamesYear(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)'\n');
        var text = (end < 0 ? line : line[..end]).TrimEnd("\r "u8);
        return text.Length is > 20 and < 200 && text.IndexOf((byte)':') > 0 && !text[^4..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
