using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>
/// What a run has recorded in values that are too large for their rows. Whoever reads it again, as after a crash, has all of them in
/// memory at once, so there is a limit on them together, too.
/// </summary>
internal static class RunWeight
{
    public const long Most = 4L * Archive.MostBytes;

    public static long Of(RunStep step) => ArchivedJson.LargeBytes(step.Input) + ArchivedJson.LargeBytes(step.Output);

    /// <summary>What was worked out; or the failure of its step, if the run would hold too much with it. What was done in the world stays done, without its result.</summary>
    /// <param name="before">What the step weighed before.</param>
    public static Worked Bound(RunJournal journal, Worked worked, long before)
    {
        var more = ArchivedJson.LargeBytes(worked.Input) + ArchivedJson.LargeBytes(worked.Output);
        if (more == 0 || journal.Large - before + more <= Most)
            return worked;
        if (worked.Effect is { } effect)
            return ArchivedJson.LargeBytes(worked.Output) is > 0 and var bytes ? worked with { Output = EffectWork.WithoutResult(effect, bytes) } : worked;
        return new Worked(worked.Due, worked.Waited, worked.StartedAt, worked.DurationMs)
        {
            Status = StepStatus.Failed,
            Error = Worked.ErrorOf("runTooLarge", $"With this step the run would hold more than {Most:N0} bytes in large inputs and outputs. Let its steps come to the parts that are needed, or store them as documents."),
            Use = worked.Use,
            Tries = worked.Tries,
            Taints = worked.Taints,
            StepId = worked.StepId,
        };
    }
}
