namespace BizQ.Core.Runs;

/// <summary>
/// Tells the runtime, which is outside this floor and may be outside this process, that a run has something to do. Called after the commit that made it so; losing the
/// call loses only time, because recovery finds the run by its state.
/// </summary>
public interface IWakeRuns
{
    ValueTask Wake(Guid runId);

    /// <summary>Sets the run going and returns true, unless it is under way on some node already: then, unlike after <see cref="Wake"/>, it is left alone.</summary>
    async ValueTask<bool> Nudge(Guid runId)
    {
        await Wake(runId);
        return true;
    }
}
