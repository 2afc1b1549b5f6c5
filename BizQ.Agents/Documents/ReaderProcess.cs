using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Documents.Worker;
using BizQ.Agents.Functions;
using BizQ.Core;
using BizQ.Core.Context.Parsing;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

/// <summary>One process that reads files, seen from outside. It reads one workspace's files, one at a time; once it has failed at one it is of no more use.</summary>
internal sealed class ReaderProcess : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    // What the system ends a process with, as its exit code says it: 128 and the signal.
    private const int Aborted = 134, Killed = 137, ProfileTimer = 155, Terminated = 143, ProcessorLimit = 152;

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private ReaderProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public Walls Walls { get; private set; } = Walls.None;

    public Guid Workspace { get; private init; }

    public long IdleSince { get; set; }

    public bool Fit { get; private set; } = true;

    /// <exception cref="WorkerUnavailableException"/>
    public static async Task<ReaderProcess> Start(WorkerLaunch launch, Guid workspace, TimeProvider clock)
    {
        ReaderProcess? reader = null;
        using var tooLong = new CancellationTokenSource(LongestStart, clock);
        try
        {
            reader = new ReaderProcess(launch.Start(ReadingLimits.Worker, DocumentWorker.Command)) { Workspace = workspace };
            reader.Listen();
            var hello = await Frame.Receive(reader._process.StandardOutput.BaseStream, ReadingLimits.MostAbout, tooLong.Token)
                ?? throw new WorkerUnavailableException($"It ended before it was ready. {reader.Said}");
            reader.Walls = JsonSerializer.Deserialize<Walls>(hello, Json.Options)!;
            return reader;
        }
        catch (Exception problem) when (problem is Win32Exception or IOException or OperationCanceledException or InvalidDataException or JsonException)
        {
            reader?.Dispose();
            throw new WorkerUnavailableException(problem.Message, problem);
        }
        catch (WorkerUnavailableException)
        {
            reader?.Dispose();
            throw;
        }
    }

    /// <summary>Reads one file. Cancelling ends the process: nothing else stops a parser.</summary>
    public async Task<Outcome<ParsedDocument>> Read(FileToRead file, ReadOnlyMemory<byte> content, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        using var tooLong = new CancellationTokenSource(ReadingLimits.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancel);
        // Killing it is what ends a read from its pipe.
        await using var ending = either.Token.UnsafeRegister(_ => End(), null);
        Fit = false;
        try
        {
            var pipe = _process.StandardInput.BaseStream;
            await Frame.Send(pipe, JsonSerializer.SerializeToUtf8Bytes(file, DocumentWorker.Options), CancellationToken.None);
            await Frame.Send(pipe, content, CancellationToken.None);
            if (await Frame.Receive(_process.StandardOutput.BaseStream, ReadingLimits.MostReply, CancellationToken.None) is { } message)
            {
                var reply = JsonSerializer.Deserialize<FileWasRead>(message, DocumentWorker.Options)!;
                Fit = !reply.Retire;
                return reply.Read is { } read ? read : reply.Refusal!;
            }
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            log.LogDebug(problem, "Reader {Reader} is gone in the middle of a file", Id);
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException)
        {
            log.LogWarning(problem, "Reader {Reader} answered something that is no answer; it is ended", Id);
            End();
            return Crashed(file.FileName);
        }
        cancel.ThrowIfCancellationRequested();
        return tooLong.IsCancellationRequested
            ? new Refusal(RefusalKind.Unavailable, "readingTooSlow", ReadFile.TooSlow(file.FileName).Message)
            : await EndOf(file.FileName, log);
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString().ReplaceLineEndings(" ").Trim();
        }
    }

    /// <summary>How it died tells why. Only an end that came from outside is worth another try.</summary>
    private async Task<Outcome<ParsedDocument>> EndOf(string fileName, ILogger log)
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        var (code, said) = (_process.ExitCode, Said);
        log.LogInformation("Reader {Reader} ended in the middle of a file with exit code {Code}: {Said}", Id, code, said.Length == 0 ? "nothing said" : said);
        return code switch
        {
            ProfileTimer or ProcessorLimit => ReadFile.TooSlow(fileName),
            Killed or Terminated => new Refusal(RefusalKind.Unavailable, "readerLost", $"The process that read {fileName} was ended from outside, several times. Upload it again later."),
            Aborted when said.Contains("Stack overflow", StringComparison.Ordinal) => Refusal.Invalid("tooDeep", $"{fileName} nests its parts too deep to be read, as no real document does. Save it as text and upload that."),
            Aborted when said.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) => ReadFile.TooMuchMemory(fileName),
            _ => Crashed(fileName),
        };
    }

    private static Refusal Crashed(string fileName) =>
        Refusal.Invalid("readingCrashed", $"Reading {fileName} overstepped what it may take, and its process was ended. Open it in its own program, save it anew, or save it as text and upload that.");

    private void End()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <summary>The runtime's last words tell a full memory from a full stack; a flood of words is cut off.</summary>
    private void Listen()
    {
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_said)
            {
                if (line.Data is { } text && _said.Length < 500)
                    _said.AppendLine(text.Length <= 200 ? text : text[..200]);
            }
        };
        _process.BeginErrorReadLine();
    }
}
