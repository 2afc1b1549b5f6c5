using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using BizQ.Core.Monitoring;

namespace BizQ.Agents.Cluster;

/// <summary>
/// Changes as a text that travels between nodes: <c>SENDER;WORKSPACE,ROOM,ID,ID;WORKSPACE,ROOM,ID</c>, ids in 22 signs. A
/// text holds some 300 changes, because PostgreSQL takes less than 8000 bytes at a time.
/// </summary>
public static class ChangePayload
{
    public const int MostBytes = 7900;

    private const int IdLength = 22;

    public static IReadOnlyList<string> Pack(Guid sender, IEnumerable<Change> changes)
    {
        var payloads = new List<string>();
        var text = new StringBuilder(Text(sender));
        foreach (var group in changes.GroupBy(change => (change.WorkspaceId, change.Room)))
        {
            var head = $";{Text(group.Key.WorkspaceId)},{group.Key.Room}";
            var open = false;
            foreach (var change in group)
            {
                if (text.Length + (open ? 0 : head.Length) + 1 + IdLength > MostBytes)
                {
                    payloads.Add(text.ToString());
                    text.Clear().Append(Text(sender));
                    open = false;
                }
                if (!open)
                    text.Append(head);
                open = true;
                text.Append(',').Append(Text(change.Id));
            }
        }
        if (text.Length > IdLength)
            payloads.Add(text.ToString());
        return payloads;
    }

    /// <summary>Null when it is not of this form, which only another version of BizQ or a stranger can have sent.</summary>
    public static (Guid Sender, IReadOnlyList<Change> Changes)? Unpack(string payload)
    {
        var parts = payload.Split(';');
        if (Id(parts[0]) is not { } sender)
            return null;
        var changes = new List<Change>();
        foreach (var part in parts.AsSpan(1))
        {
            var words = part.Split(',');
            if (words.Length < 3 || Id(words[0]) is not { } workspace)
                return null;
            foreach (var word in words.AsSpan(2))
            {
                if (Id(word) is not { } id)
                    return null;
                changes.Add(new Change(workspace, words[1], id));
            }
        }
        return (sender, changes);
    }

    private static string Text(Guid id) => Base64Url.EncodeToString(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(in id)));

    private static Guid? Id(string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return text.Length == IdLength && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == bytes.Length ? new Guid(bytes) : null;
    }
}
