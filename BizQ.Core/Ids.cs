using System.Buffers.Binary;

namespace BizQ.Core;

/// <summary>
/// New ids: UUIDv7 of the injected clock. Within one millisecond they count up (RFC 9562, method 1), so that ids of one process
/// sort in the order they were made, lists page by them without surprise, and a batch keeps its order even under a standing clock.
/// </summary>
public sealed class Ids(TimeProvider clock)
{
    // 12 bits, the width of rand_a; what does not fit borrows from the next millisecond.
    private const int PerMillisecond = 1 << 12;

    private readonly Lock _gate = new();
    private long _last;

    /// <summary>No id made at or after this time is smaller: a range of ids is a range of times.</summary>
    public static Guid FirstOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    public Guid New()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds() * PerMillisecond;
        long stamp;
        lock (_gate)
            stamp = _last = Math.Max(now, _last + 1);
        Span<byte> bytes = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (stamp / PerMillisecond) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (stamp % PerMillisecond)));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
