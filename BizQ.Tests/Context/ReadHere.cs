using BizQ.Core;
using BizQ.Core.Context.Parsing;

namespace BizQ.Tests.Context;

/// <summary>Reads files in this process, for tests that are not about the process they are read in: the same parsers, on as deep a stack.</summary>
internal sealed class ReadHere : IReadFiles
{
    /// <summary>Instead of reading, while it is set.</summary>
    public Func<string, Task<Outcome<ParsedDocument>>>? Instead { get; set; }

    public Task<Outcome<ParsedDocument>> Read(Guid workspaceId, string fileName, string? mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        Instead is { } instead ? instead(fileName) : Of(fileName, mediaType, content);

    public static Task<Outcome<ParsedDocument>> Of(string fileName, string? mediaType, ReadOnlyMemory<byte> content)
    {
        var done = new TaskCompletionSource<Outcome<ParsedDocument>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(ReadFile.Of(fileName, mediaType, content, CancellationToken.None));
            }
            catch (Exception problem)
            {
                done.SetException(problem);
            }
        }, ReadFile.StackBytes)
        { IsBackground = true };
        thread.Start();
        return done.Task;
    }
}
