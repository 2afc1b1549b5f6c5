namespace BizQ.Agents.Functions;

/// <summary>
/// Lets so many in at once and lets the others wait, the workspaces in turn: one that sends ten thousand calls delays another's
/// single call by one place, not by ten thousand.
/// </summary>
public sealed class Turns(int atOnce, int mostWaiting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LinkedList<TaskCompletionSource>> _waiting = [];
    private readonly Queue<Guid> _order = new();
    private int _free = atOnce;
    private int _count;

    /// <summary>False when too many wait already.</summary>
    public async Task<bool> Take(Guid workspace, CancellationToken cancel)
    {
        TaskCompletionSource mine;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return true;
            }
            if (_count >= mostWaiting)
                return false;
            mine = Line(workspace);
        }
        await using var leaving = cancel.UnsafeRegister(_ => Leave(workspace, mine, cancel), null);
        await mine.Task;
        return true;
    }

    public void Release()
    {
        lock (_gate)
        {
            while (_order.TryDequeue(out var workspace))
            {
                var line = _waiting[workspace];
                if (line.First is not { } next)
                {
                    _waiting.Remove(workspace);
                    continue;
                }
                line.RemoveFirst();
                _count--;
                _order.Enqueue(workspace);
                next.Value.SetResult();
                return;
            }
            _free++;
        }
    }

    private TaskCompletionSource Line(Guid workspace)
    {
        if (!_waiting.TryGetValue(workspace, out var line))
        {
            _waiting[workspace] = line = [];
            _order.Enqueue(workspace);
        }
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        line.AddLast(mine);
        _count++;
        return mine;
    }

    private void Leave(Guid workspace, TaskCompletionSource mine, CancellationToken cancel)
    {
        lock (_gate)
        {
            // Not in line any more: its turn has just come, and it will give it back.
            if (!_waiting.TryGetValue(workspace, out var line) || !line.Remove(mine))
                return;
            _count--;
        }
        mine.SetCanceled(cancel);
    }
}
