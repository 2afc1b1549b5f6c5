using BizQ.Core.Context;

namespace BizQ.Core.Validation.Checks;

/// <summary>Two sources disagree about something that was relied on: a person should see it before anything leaves.</summary>
public sealed class DisputedCheck : ICheck
{
    public string Name => "disputed";
    public string Title => "Sources agree";
    public string Summary => "Nothing that was relied on is contradicted by another source.";

    public IEnumerable<Finding> Look(CheckInput input) =>
        from item in input.Evidence
        from doubt in item.Doubts ?? []
        where doubt.State == NeedState.Disputed
        select this.Review("sourcesDisagree", $"{item.Title}: {doubt.Says} Settle it under Context, Conflicts.", item.Title);
}
