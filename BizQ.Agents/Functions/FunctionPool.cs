using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Functions;

/// <summary>A process that runs functions, and whose.</summary>
public sealed record FunctionProcess(int Id, Guid WorkspaceId, bool Working);

/// <summary>
/// The worker processes. Each serves one workspace from its first call to its end; one that nobody has used yet stands ready,
/// so that the half second of a start is seldom waited for. None is started before the first call.
/// </summary>
public sealed class FunctionPool(FunctionOptions options, WorkerLaunch launch, TimeProvider clock, ILogger<FunctionPool> log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Turns _turns = new(options.AtOnce, options.Waiting);
    private readonly List<WorkerProcess> _idle = [];
    private readonly List<WorkerProcess> _working = [];
    private Task<WorkerProcess>? _spare;
    private ITimer? _sweep;
    private int _lent;
    private bool _told;
    private bool _closed;

    /// <summary>The processes that have served somebody, working or waiting for work.</summary>
    public IReadOnlyList<FunctionProcess> Processes
    {
        get
        {
            lock (_gate)
                return [.. _working.Select(w => new FunctionProcess(w.Id, w.Workspace!.Value, true)), .. _idle.Select(w => new FunctionProcess(w.Id, w.Workspace!.Value, false))];
        }
    }

    /// <summary>Calls a workspace's function. Only cancelling throws; everything else that can go wrong is an answer.</summary>
    public async Task<FunctionAnswer> Call(Guid workspace, string code, JsonElement input, DateTimeOffset now, CancellationToken cancel)
    {
        if (code.Length > FunctionLimits.LongestCode)
            return new FunctionAnswer.Failed("functionSyntax", $"The code has {code.Length:N0} characters; {FunctionLimits.LongestCode:N0} are the most.");
        if (Encoding.UTF8.GetByteCount(input.GetRawText()) > FunctionLimits.MostInput)
            return new FunctionAnswer.Failed("functionInput", $"The function's input has more than {FunctionLimits.MostInput:N0} bytes. Give it the parts it needs.");
        if (!await _turns.Take(workspace, cancel))
            return new FunctionAnswer.Failed("functionsBusy", $"{options.Waiting:N0} calls of functions wait already.", Retryable: true);
        try
        {
            return await Call(workspace, new FunctionCall(code, input, now), cancel);
        }
        finally
        {
            _turns.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<WorkerProcess> idle;
        Task<WorkerProcess>? spare;
        lock (_gate)
        {
            (_closed, idle, spare, _spare) = (true, [.. _idle], _spare, null);
            _idle.Clear();
        }
        if (_sweep is not null)
            await _sweep.DisposeAsync();
        idle.ForEach(worker => worker.Dispose());
        await Dismiss(spare);
    }

    private async Task<FunctionAnswer> Call(Guid workspace, FunctionCall call, CancellationToken cancel)
    {
        WorkerProcess? worker = null;
        try
        {
            worker = await Lend(workspace);
            Tell(worker.Walls);
            if (options.OnlyConfined && !worker.Walls.Whole)
                return new FunctionAnswer.Failed("functionsUnavailable", $"Functions:OnlyConfined is set, and this system does not limit a function's {worker.Walls.Missing}.");
            return await worker.Call(call, clock, log, cancel);
        }
        catch (WorkerUnavailableException problem)
        {
            log.LogError(problem, "No worker for user functions could be started");
            return new FunctionAnswer.Failed("functionsUnavailable", "No process for functions could be started; the log says why.", Retryable: true);
        }
        finally
        {
            TakeBack(worker);
        }
    }

    /// <summary>This workspace's own worker, else one that is nobody's yet. There are never more than may work at once, and the one that stands ready.</summary>
    private async Task<WorkerProcess> Lend(Guid workspace)
    {
        Task<WorkerProcess> fresh;
        WorkerProcess? dismissed = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _lent++;
            if (_idle.FindLast(w => w.Workspace == workspace) is { } own)
            {
                _idle.Remove(own);
                _working.Add(own);
                return own;
            }
            if (_lent + _idle.Count > options.AtOnce)
            {
                dismissed = _idle[0];
                _idle.RemoveAt(0);
            }
            fresh = _spare is { IsFaulted: false } spare ? spare : Begin();
            _spare = Begin();
            _sweep ??= clock.CreateTimer(_ => Sweep(), null, Patience, Patience);
        }
        dismissed?.Dispose();
        var worker = await fresh;
        worker.Workspace = workspace;
        lock (_gate)
            _working.Add(worker);
        return worker;
    }

    /// <summary>Not awaited here: a start that fails is told to who needs the worker.</summary>
    private Task<WorkerProcess> Begin() => Task.Run(() => WorkerProcess.Start(launch, clock));

    private void TakeBack(WorkerProcess? worker)
    {
        lock (_gate)
        {
            _lent--;
            _working.RemoveAll(w => w == worker);
            if (worker is { Fit: true } && !_closed)
            {
                worker.IdleSince = clock.GetTimestamp();
                _idle.Add(worker);
                return;
            }
        }
        worker?.Dispose();
    }

    private TimeSpan Patience => TimeSpan.FromSeconds(options.IdleSeconds);

    /// <summary>Ends what nobody has needed for a while; the one in reserve goes with the last of them.</summary>
    private void Sweep()
    {
        List<WorkerProcess> tired;
        Task<WorkerProcess>? spare = null;
        lock (_gate)
        {
            tired = [.. _idle.Where(w => clock.GetElapsedTime(w.IdleSince) >= Patience)];
            _idle.RemoveAll(tired.Contains);
            if (_idle.Count + _lent == 0)
                (spare, _spare) = (_spare, null);
        }
        tired.ForEach(worker => worker.Dispose());
        _ = Dismiss(spare);
    }

    private async Task Dismiss(Task<WorkerProcess>? starting)
    {
        if (starting is null)
            return;
        try
        {
            (await starting).Dispose();
        }
        catch (WorkerUnavailableException problem)
        {
            log.LogDebug(problem, "A worker that nobody needs any more did not start");
        }
    }

    private void Tell(Walls walls)
    {
        lock (_gate)
        {
            if (_told)
                return;
            _told = true;
        }
        if (walls.Whole)
            log.LogInformation("User functions run confined by the operating system: processor time, memory, files, network, processes{Nobody}", walls.Nobody ? ", as nobody" : "");
        else
            log.LogWarning("The operating system does not limit these of user functions: {Missing}. The script engine does; see docs/functions.md", walls.Missing);
    }
}
