namespace BizQ.Core.Validation;

/// <summary>
/// One thing that is looked at before an effect may happen: one sealed type in one file under Checks, found by
/// <see cref="ValidationRoom"/>. Pure over what was gathered, so that it can be tried on any proposal, real or rehearsed.
/// </summary>
public interface ICheck
{
    /// <summary>Stable, lower camel case; findings carry it.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>One sentence for the reference: what it looks at and why.</summary>
    string Summary { get; }

    /// <summary>True when time alone can change what it finds; then it looks once more just before the effect runs.</summary>
    bool DependsOnTime => false;

    /// <summary>What it found; also that all is well, in words. Nothing when the check does not concern this operation.</summary>
    IEnumerable<Finding> Look(CheckInput input);
}

/// <summary>How a check writes its findings.</summary>
internal static class CheckFindings
{
    public static Finding Allow(this ICheck check, string reason, string message, string? quote = null) => new(check.Name, check.Title, Verdict.Allow, reason, message, quote);

    public static Finding Review(this ICheck check, string reason, string message, string? quote = null) => new(check.Name, check.Title, Verdict.Review, reason, message, quote);

    public static Finding Block(this ICheck check, string reason, string message, string? quote = null) => new(check.Name, check.Title, Verdict.Block, reason, message, quote);
}
