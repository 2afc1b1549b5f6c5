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

    /// <summary>People wait for it. 900 pages of PDF take about 4 s on two cores.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);
}
