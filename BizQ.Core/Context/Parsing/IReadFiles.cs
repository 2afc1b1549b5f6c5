namespace BizQ.Core.Context.Parsing;

/// <summary>Stands for a process outside of this one, in which a stranger's file is read, held by the operating system within <see cref="ReadLimits"/>.</summary>
public interface IReadFiles
{
    /// <summary>Text, or a named refusal. One of kind <see cref="RefusalKind.Unavailable"/> is nothing the file is to blame for and worth another try.</summary>
    /// <param name="workspaceId">Whose file it is: one process never reads two workspaces' files.</param>
    Task<Outcome<ParsedDocument>> Read(Guid workspaceId, string fileName, string? mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel);
}
