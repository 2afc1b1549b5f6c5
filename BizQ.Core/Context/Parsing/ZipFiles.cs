using System.IO.Compression;
using System.Xml;

namespace BizQ.Core.Context.Parsing;

/// <summary>Looks through a zipped document before anything recursive touches it: how much it really unpacks to, and how deep its XML goes.</summary>
internal static class ZipFiles
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false, CloseInput = false };

    /// <summary>Names stand unpacked in a zip, so that this needs no parser.</summary>
    public static FileKind? KindOf(ReadOnlySpan<byte> content) =>
        content.IndexOf("word/document"u8) >= 0 ? FileKind.Word
        : content.IndexOf("xl/workbook"u8) >= 0 ? FileKind.Sheet
        : content.IndexOf("ppt/presentation"u8) >= 0 ? FileKind.Slides
        : null;

    /// <summary>Null when the file may be opened. Reads every entry to its end: the sizes a zip declares are its maker's word.</summary>
    public static Refusal? Check(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        using var zip = new ZipArchive(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read);
        if (zip.Entries.Count > ReadLimits.Entries)
            return TooMuch(fileName, $"holds {zip.Entries.Count:N0} files; at most {ReadLimits.Entries:N0} are opened");
        long unpacked = 0;
        foreach (var entry in zip.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            using var stream = new Counted(entry.Open(), ReadLimits.UnpackedBytes - unpacked);
            try
            {
                if (IsXml(entry.FullName) && TooDeep(stream, cancel))
                    return Refusal.Invalid("tooDeep", $"{fileName} nests its parts deeper than {ReadLimits.Depth} levels, as no real document does. Save it anew from the program it was written in.");
                stream.CopyTo(Stream.Null);
            }
            catch (TooLargeException)
            {
                return TooMuch(fileName, $"unpacks to more than {ReadLimits.UnpackedBytes / (1024 * 1024)} MB");
            }
            unpacked += stream.Count;
        }
        return null;
    }

    /// <summary>
    /// What Office's library opens, as if to edit it: of what it may only read it makes a temporary file, and none can be made
    /// behind a worker's walls. Nothing is saved.
    /// </summary>
    public static MemoryStream Opened(ReadOnlyMemory<byte> content)
    {
        var stream = new MemoryStream(content.Length);
        stream.Write(content.Span);
        stream.Position = 0;
        return stream;
    }

    // Any part may be named anything; these are never XML, and everything else is looked at as if it were.
    private static bool IsXml(string name) => Path.GetExtension(name).ToLowerInvariant() is not (".png" or ".jpg" or ".jpeg" or ".gif" or ".bmp" or ".emf" or ".wmf" or ".tif" or ".tiff" or ".bin" or ".ttf" or ".odttf" or ".fntdata" or ".wdp" or ".mp4" or ".wav");

    private static bool TooDeep(Stream stream, CancellationToken cancel)
    {
        using var reader = XmlReader.Create(stream, Settings);
        try
        {
            for (var seen = 0; reader.Read(); seen++)
            {
                if (reader.Depth > ReadLimits.Depth)
                    return true;
                if (seen % 10_000 == 0)
                    cancel.ThrowIfCancellationRequested();
            }
        }
        catch (XmlException broken) when (!ReadFile.IsAboutDtd(broken))
        {
            // Not XML, such as an embedded picture or workbook; where it should have been, the parser says so.
        }
        return false;
    }

    private static Refusal TooMuch(string fileName, string why) =>
        Refusal.TooLarge("unpacksTooLarge", $"{fileName} {why}. Leave out its pictures, or split it.");

    private sealed class TooLargeException : IOException;

    /// <summary>Counts what is read and stops a bomb.</summary>
    private sealed class Counted(Stream inner, long most) : Stream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Count += read;
            return Count > most ? throw new TooLargeException() : read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Count; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
