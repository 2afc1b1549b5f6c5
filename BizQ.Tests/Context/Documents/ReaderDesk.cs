using BizQ.Agents.Documents;
using BizQ.Agents.Functions;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Context;

/// <summary>Real reading processes of the real program, without a host around them.</summary>
public sealed class ReaderDesk : IAsyncDisposable
{
    public ReaderDesk()
        : this(null)
    {
    }

    /// <param name="path">Where text recognition is looked for; null for the machine's own PATH.</param>
    internal ReaderDesk(string? path)
    {
        var launch = new WorkerLaunch(typeof(Program).Assembly);
        Readers = new FileReaders(launch, new FunctionOptions(), new RecogniseText(launch, TimeProvider.System, NullLogger<RecogniseText>.Instance, path), TimeProvider.System, NullLogger<FileReaders>.Instance);
    }

    public FileReaders Readers { get; }

    public ValueTask DisposeAsync() => Readers.DisposeAsync();
}
