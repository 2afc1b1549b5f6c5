using BizQ.Agents.Functions;
using BizQ.Core;
using BizQ.Core.Context.Parsing;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

/// <summary>
/// The processes that read files: two at most, because reading keeps a core busy. One that has read a file stays a moment for
/// the same workspace's next; a batch of uploads is not a batch of starts.
/// </summary>
public sealed class FileReaders(WorkerLaunch launch, FunctionOptions options, RecogniseText recognise, TimeProvider clock, ILogger<FileReaders> log) : IReadFiles, IAsyncDisposable
{
    private const int AtOnce = 2;

    private const int MostWaiting = 1_000;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Turns _turns = new(AtOnce, MostWaiting);
    private readonly List<ReaderProcess> _idle = [];
    private ITimer? _sweep;
    private bool _told;
    private bool _closed;

    /// <summary>The processes that wait for another file, and whose.</summary>
    public IReadOnlyList<FunctionProcess> Waiting
    {
        get
        {
            lock (_gate)
                return [.. _idle.Select(reader => new FunctionProcess(reader.Id, reader.Workspace, false))];
        }
    }

    public async Task<Outcome<ParsedDocument>> Read(Guid workspaceId, string fileName, string? mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (!await _turns.Take(workspaceId, cancel))
            return new Refusal(RefusalKind.Unavailable, "busyReading", $"Many other files are being read. Upload {fileName} again later.");
        try
        {
            var read = await InProcess(workspaceId, new FileToRead(fileName, mediaType), content, cancel);
            return read.Ok && read.Value.IsPicture ? await recognise.Of(fileName, read.Value.MediaType, content, cancel) : read;
        }
        finally
        {
            _turns.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<ReaderProcess> idle;
        lock (_gate)
        {
            (_closed, idle) = (true, [.. _idle]);
            _idle.Clear();
        }
        if (_sweep is not null)
            await _sweep.DisposeAsync();
        idle.ForEach(reader => reader.Dispose());
    }

    private async Task<Outcome<ParsedDocument>> InProcess(Guid workspaceId, FileToRead file, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        ReaderProcess? reader = null;
        try
        {
            reader = Take(workspaceId) ?? await ReaderProcess.Start(launch, workspaceId, clock);
            Tell(reader.Walls);
            return options.OnlyConfined && !reader.Walls.Whole
                ? Refusal.Invalid("notConfined", $"Functions:OnlyConfined is set, and this system does not limit the {reader.Walls.Missing} of what reads files. Run BizQ on Linux, or unset it.")
                : await reader.Read(file, content, clock, log, cancel);
        }
        catch (WorkerUnavailableException problem)
        {
            log.LogError(problem, "No process to read files could be started");
            return new Refusal(RefusalKind.Unavailable, "noReader", $"No process to read {file.FileName} could be started; the log says why. Upload it again later.");
        }
        finally
        {
            GiveBack(reader);
        }
    }

    private ReaderProcess? Take(Guid workspaceId)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_idle.FindLast(reader => reader.Workspace == workspaceId) is not { } own)
                return null;
            _idle.Remove(own);
            return own;
        }
    }

    private void GiveBack(ReaderProcess? reader)
    {
        ReaderProcess? surplus = reader;
        lock (_gate)
        {
            if (reader is { Fit: true } && !_closed)
            {
                reader.IdleSince = clock.GetTimestamp();
                _idle.Add(reader);
                _sweep ??= clock.CreateTimer(_ => Sweep(), null, Idle, Idle);
                surplus = _idle.Count > AtOnce ? _idle[0] : null;
                if (surplus is not null)
                    _idle.RemoveAt(0);
            }
        }
        surplus?.Dispose();
    }

    private void Sweep()
    {
        List<ReaderProcess> tired;
        lock (_gate)
        {
            tired = [.. _idle.Where(reader => clock.GetElapsedTime(reader.IdleSince) >= Idle)];
            _idle.RemoveAll(tired.Contains);
        }
        tired.ForEach(reader => reader.Dispose());
    }

    private void Tell(Walls walls)
    {
        lock (_gate)
        {
            if (_told)
                return;
            _told = true;
        }
        if (!walls.Whole)
            log.LogWarning("The operating system does not limit these of what reads files: {Missing}. A process that takes too long is ended all the same", walls.Missing);
    }
}
