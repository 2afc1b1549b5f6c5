namespace BizQ.Core.Context.Parsing;

/// <summary>A paragraph, list, table or heading as it stands in the document.</summary>
/// <param name="Level">1 to 6 for a heading, 0 for text.</param>
/// <param name="Page">From 1; null where the format has no pages.</param>
public readonly record struct Block(string Text, int Level = 0, int? Page = null);

/// <summary>What a document says, in order, free of its format.</summary>
/// <param name="Title">The title the document gives itself.</param>
public sealed record ParsedDocument(string MediaType, string? Title, IReadOnlyList<Block> Blocks)
{
    /// <summary>Null where the format has no pages.</summary>
    public int? Pages { get; init; }

    /// <summary>What was guessed or left out, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>It is one picture: what it says, if anything, is for text recognition to find.</summary>
    public bool IsPicture { get; init; }
}

/// <summary>How far a file is read. Beyond, it is refused: half a document would look like a whole one.</summary>
public static class ReadLimits
{
    /// <summary>More than any manual; 900 full pages take about 4 s to read.</summary>
    public const int Pages = 2_000;

    /// <summary>About 2,000 full pages of text.</summary>
    public const int Characters = 6_000_000;

    /// <summary>What a zipped file may unpack to: eight times the largest file taken.</summary>
    public const long UnpackedBytes = 200L * 1024 * 1024;

    /// <summary>Files within a zipped one: each picture is one.</summary>
    public const int Entries = 5_000;

    /// <summary>Nesting of elements: far beyond what a person nests. The parsers recurse, and a stack that overflows ends the process.</summary>
    public const int Depth = 200;

    /// <summary>Mails in one mailbox file.</summary>
    public const int Mails = 10_000;

    /// <summary>Rows of one table that are read: as many as an import takes.</summary>
    public const int Rows = 100_000;

    /// <summary>Pixels along one side of a picture; a page scanned at 600 dpi has 7,000.</summary>
    public const int PictureSide = 20_000;

    /// <summary>What reading one file may take of memory.</summary>
    public const int Memory = 256 * 1024 * 1024;

    /// <summary>Processor time. 900 pages of PDF take about 4 s.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);
}
