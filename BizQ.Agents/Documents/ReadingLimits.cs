using BizQ.Agents.Functions;
using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;

namespace BizQ.Agents.Documents;

/// <summary>What one reading of a file may take: <see cref="ReadLimits"/> as the operating system is told of it.</summary>
public static class ReadingLimits
{
    /// <summary>A worker that has not answered by now got no processor, or waits for something: it is ended from here.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A young generation of 16 MB: trees of documents die young and are large.</summary>
    public static WorkerLimits Worker { get; } = new(ReadLimits.Time, TimeSpan.FromSeconds(120), ReadLimits.Memory, Young: 16 * 1024 * 1024);

    /// <summary>A file's name and what its sender says it is.</summary>
    public const int MostAbout = 16 * 1024;

    public const int MostContent = Archive.MostBytes;

    /// <summary>Every character of a text of the most characters, as up to three bytes or escaped, and the structure around.</summary>
    public const int MostReply = 6 * ReadLimits.Characters;
}

/// <summary>What a reading worker is told of the file that follows.</summary>
public sealed record FileToRead(string FileName, string? MediaType);

/// <param name="Read">What the file says; null when it was refused.</param>
/// <param name="Retire">The worker ends after this.</param>
public sealed record FileWasRead(ParsedDocument? Read, BizQ.Core.Refusal? Refusal, bool Retire = false);
