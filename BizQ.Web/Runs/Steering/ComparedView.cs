using BizQ.Core.Data.Archiving;
using BizQ.Core.Runs;

namespace BizQ.Web.Runs.Steering;

/// <summary>Two runs side by side as the API says it.</summary>
public sealed record ComparedView(Guid Before, Guid After, RunStatus BeforeStatus, RunStatus AfterStatus, bool SameOutput, int Different, bool Cut, IReadOnlyList<ComparedStep> Steps)
{
    public static ComparedView Of(ComparedRuns compared) => new(
        compared.Before.Id, compared.After.Id, compared.Before.Status, compared.After.Status, compared.SameOutput, compared.Different, compared.Cut,
        [.. compared.Steps.Select(step => step with { Before = Told(compared.Before.Id, step.Before), After = Told(compared.After.Id, step.After) })]);

    private static SideOfStep? Told(Guid runId, SideOfStep? side) =>
        side is null ? null : side with { Output = ArchivedJson.Told(side.Output, StepView.Url(runId, side.StepId, "output")) };
}
