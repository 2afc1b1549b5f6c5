namespace BizQ.Core.Context.Parsing;

/// <summary>A paragraph, list, table or heading as it stands in the document.</summary>
/// <param name="Level">1 to 6 for a heading, 0 for text.</param>
/// <param name="Page">From 1; null where the format has no pages.</param>
public readonly record struct Block(string Text, int Level = 0, int? Page = null);

/// <summary>What a document says, in order, free of its format.</summary>
/// <param name="Title">The title the document gives itself.</param>
public sealed record ParsedDocument(string MediaType, string? Title, IReadOnlyList<Block> Blocks);
