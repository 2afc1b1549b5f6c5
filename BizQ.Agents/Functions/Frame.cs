using System.Buffers.Binary;

namespace BizQ.Agents.Functions;

/// <summary>Messages over a pipe: four bytes of length, little endian, then that many bytes of JSON. Neither side reads more than it has allowed.</summary>
public static class Frame
{
    /// <summary>Everything around an input or a result: code, names, quotes. Code may double in JSON's escapes, and more.</summary>
    public const int MostRequest = FunctionLimits.MostInput + (6 * FunctionLimits.LongestCode) + 1024;

    public const int MostReply = FunctionLimits.MostResult + (16 * 1024);

    private const int Head = sizeof(int);

    public static void Write(Stream to, ReadOnlySpan<byte> message)
    {
        to.Write(Whole(message));
        to.Flush();
    }

    public static async Task Send(Stream to, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await to.WriteAsync(Whole(message.Span), cancel);
        await to.FlushAsync(cancel);
    }

    /// <summary>Null at the end of the pipe.</summary>
    /// <exception cref="InvalidDataException">The other side announces more than is allowed.</exception>
    public static byte[]? Read(Stream from, int most)
    {
        Span<byte> head = stackalloc byte[Head];
        if (from.ReadAtLeast(head, Head, throwOnEndOfStream: false) < Head)
            return null;
        var message = new byte[LengthOf(head, most)];
        return from.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) == message.Length ? message : null;
    }

    /// <inheritdoc cref="Read(Stream, int)"/>
    public static async Task<byte[]?> Receive(Stream from, int most, CancellationToken cancel)
    {
        var head = new byte[Head];
        if (await from.ReadAtLeastAsync(head, Head, throwOnEndOfStream: false, cancel) < Head)
            return null;
        var message = new byte[LengthOf(head, most)];
        return await from.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel) == message.Length ? message : null;
    }

    private static byte[] Whole(ReadOnlySpan<byte> message)
    {
        var whole = new byte[Head + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, message.Length);
        message.CopyTo(whole.AsSpan(Head));
        return whole;
    }

    private static int LengthOf(ReadOnlySpan<byte> head, int most) =>
        BinaryPrimitives.ReadInt32LittleEndian(head) is var length && length >= 0 && length <= most
            ? length
            : throw new InvalidDataException($"A message of {(uint)length:N0} bytes was announced; {most:N0} are the most.");
}
