using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Functions.Worker;
using BizQ.Core;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Functions;

/// <summary>A worker could not be started, or did not get ready.</summary>
public sealed class WorkerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One worker process, seen from outside. It is called by one caller at a time; once it has failed a call it is of no more use.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>Longer than a start takes on a machine that is busy with everything else.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    // What the system ends a process with, as its exit code says it: 128 and the signal.
    private const int Aborted = 134, Killed = 137, ProfileTimer = 155, Terminated = 143, ProcessorLimit = 152;

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public Walls Walls { get; private set; } = Walls.None;

    /// <summary>Whose functions it has called. Nobody else's follow.</summary>
    public Guid? Workspace { get; set; }

    /// <summary>When it was last needed.</summary>
    public long IdleSince { get; set; }

    public bool Fit { get; private set; } = true;

    /// <exception cref="WorkerUnavailableException"/>
    public static async Task<WorkerProcess> Start(WorkerLaunch launch, TimeProvider clock)
    {
        WorkerProcess? worker = null;
        using var tooLong = new CancellationTokenSource(LongestStart, clock);
        try
        {
            worker = new WorkerProcess(launch.Start(FunctionLimits.Worker, FunctionWorker.Command));
            worker.Listen();
            var hello = await Frame.Receive(worker._process.StandardOutput.BaseStream, Frame.MostReply, tooLong.Token)
                ?? throw new WorkerUnavailableException($"It ended before it was ready. {worker.Said}");
            worker.Walls = JsonSerializer.Deserialize<Walls>(hello, Json.Options)!;
            return worker;
        }
        catch (Exception problem) when (problem is Win32Exception or IOException or OperationCanceledException or InvalidDataException or JsonException)
        {
            worker?.Dispose();
            throw new WorkerUnavailableException(problem.Message, problem);
        }
        catch (WorkerUnavailableException)
        {
            worker?.Dispose();
            throw;
        }
    }

    /// <summary>Calls one function. Cancelling ends the worker: nothing else stops a loop.</summary>
    public async Task<FunctionAnswer> Call(FunctionCall call, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        using var tooLong = new CancellationTokenSource(FunctionLimits.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancel);
        // Killing it is what ends a read from its pipe.
        await using var ending = either.Token.UnsafeRegister(_ => End(), null);
        Fit = false;
        try
        {
            await Frame.Send(_process.StandardInput.BaseStream, JsonSerializer.SerializeToUtf8Bytes(call, Json.Options), CancellationToken.None);
            if (await Frame.Receive(_process.StandardOutput.BaseStream, Frame.MostReply, CancellationToken.None) is { } message)
                return AnswerIn(JsonSerializer.Deserialize<FunctionReply>(message, Json.Options)!);
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            log.LogDebug(problem, "Worker {Worker} is gone in the middle of a call", Id);
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException)
        {
            log.LogWarning(problem, "Worker {Worker} answered something that is no answer; it is ended", Id);
            End();
            return new FunctionAnswer.Failed("functionResult", "The function's worker gave an answer that cannot be read.");
        }
        cancel.ThrowIfCancellationRequested();
        return tooLong.IsCancellationRequested ? OutOfPatience : await EndOf(log);
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    private static FunctionAnswer.Failed OutOfPatience { get; } = new(
        "functionTimedOut", $"The function did not come to an end within {FunctionLimits.Patience.TotalSeconds:0} s; the machine is busy.", Retryable: true);

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString().ReplaceLineEndings(" ").Trim();
        }
    }

    private FunctionAnswer AnswerIn(FunctionReply reply)
    {
        Fit = !reply.Retire;
        if (reply.Problem is { } problem)
            return new FunctionAnswer.Failed(problem.Code, problem.Message, problem.Line, problem.Column);
        return new FunctionAnswer.Returned(reply.Value ?? JsonElement.Parse("null"));
    }

    /// <summary>How a worker died tells whose fault it was. Only an end that came from outside is worth another try.</summary>
    private async Task<FunctionAnswer> EndOf(ILogger log)
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        var (code, said) = (_process.ExitCode, Said);
        log.LogInformation("Worker {Worker} ended in the middle of a call with exit code {Code}: {Said}", Id, code, said.Length == 0 ? "nothing said" : said);
        return code switch
        {
            ProfileTimer or ProcessorLimit => new FunctionAnswer.Failed("functionTooSlow", $"The function takes more than {FunctionLimits.Processor.TotalSeconds} s of processor time and was ended by the system."),
            Killed or Terminated => new FunctionAnswer.Failed("functionLost", "The process that ran the function was ended from outside.", Retryable: true),
            Aborted when said.Contains("Stack overflow", StringComparison.Ordinal) => new FunctionAnswer.Failed("functionTooDeep", "The function nests or calls itself too deeply."),
            Aborted when said.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) => new FunctionAnswer.Failed("functionTooLarge", $"The function needs more than {FunctionLimits.MemoryGrowth / 1024 / 1024} MB of memory."),
            _ => new FunctionAnswer.Failed("functionCrashed", "The function overstepped what it may take, and its process ended."),
        };
    }

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
