using System.Buffers.Binary;

namespace BizQ.Core.Context.Parsing;

/// <summary>What the first bytes of a picture say: its format and its size. Nothing is unpacked here.</summary>
internal static class PictureHead
{
    public static string? MediaTypeOf(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8) ? "image/tiff"
        : null;

    public static Outcome<ParsedDocument> Read(string fileName, ReadOnlySpan<byte> content)
    {
        var mediaType = MediaTypeOf(content)!;
        var (width, height) = mediaType switch { "image/png" => Png(content), "image/jpeg" => Jpeg(content), _ => Tiff(content) };
        if (width <= 0 || height <= 0)
            return Refusal.Invalid("brokenFile", $"{fileName} is damaged and cannot be read as a picture. Save it anew and upload that.");
        if (width > ReadLimits.PictureSide || height > ReadLimits.PictureSide)
            return Refusal.TooLarge("pictureTooLarge", $"{fileName} has {width:N0} by {height:N0} pixels; at most {ReadLimits.PictureSide:N0} along a side are read. Make it smaller and upload that.");
        return new ParsedDocument(mediaType, null, []) { IsPicture = true };
    }

    private static (long Width, long Height) Png(ReadOnlySpan<byte> content) =>
        content.Length >= 24 && content[12..].StartsWith("IHDR"u8) ? (BinaryPrimitives.ReadUInt32BigEndian(content[16..]), BinaryPrimitives.ReadUInt32BigEndian(content[20..])) : (0, 0);

    // A chain of segments, each with its length; the one that starts a frame has the size.
    private static (long Width, long Height) Jpeg(ReadOnlySpan<byte> content)
    {
        for (var at = 2; at + 9 < content.Length && content[at] == 0xFF;)
        {
            var marker = content[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (BinaryPrimitives.ReadUInt16BigEndian(content[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(content[(at + 5)..]));
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(content[(at + 2)..]);
        }
        return (0, 0);
    }

    // The first directory's entries 256 (width) and 257 (height), twelve bytes each.
    private static (long Width, long Height) Tiff(ReadOnlySpan<byte> content)
    {
        var little = content[0] == 'I';
        if (content.Length < 8 || (long)Word(content[4..]) is var directory && (directory < 8 || directory + 2 > content.Length))
            return (0, 0);
        long width = 0, height = 0;
        var entries = content[(int)directory..];
        for (var i = 0; i < Half(entries) && 2 + (i * 12) + 12 <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + (i * 12), 12);
            var value = Half(entry[2..]) == 3 ? Half(entry[8..]) : Word(entry[8..]);
            width = Half(entry) == 256 ? value : width;
            height = Half(entry) == 257 ? value : height;
        }
        return (width, height);

        uint Half(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
        uint Word(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
    }
}
