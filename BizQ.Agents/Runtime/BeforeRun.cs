using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Before a run takes its first step: whether what its agent cannot work without is known. What is missing is counted as a gap, also
/// where the run may begin without it.
/// </summary>
public sealed class BeforeRun(CheckNeeds needs, NoteGaps gaps)
{
    /// <summary>What the run waits for, as a sentence; null when it may begin.</summary>
    public async Task<string?> Lacks(Run run, AgentDefinition agent, CancellationToken cancel)
    {
        if (agent.Needs.Count == 0 || run.Rehearsal)
            return null;
        var actor = CheckNeeds.ActorOf(run.WorkspaceId, run.AgentId, agent);
        var verdict = await needs.Before(actor, run.AgentVersionId, agent.Needs, cancel);
        if (verdict.Readiness == Readiness.Ready)
            return null;
        await gaps.Run(actor, [.. verdict.Unmet.SelectMany(need => Miss.Of(need, run.Id, run.AgentId, agent.Name))], cancel);
        return verdict.Readiness == Readiness.WithGaps
            ? null
            : $"{agent.Name} cannot work yet. {string.Join(" ", verdict.Unmet.Where(n => n.Need.Required).Select(n => n.Says))} Fill the gap under Context, then try the run again.";
    }
}
