namespace BizQ.Core.Monitoring;

/// <summary>A part that must work before work may be sent here: what <c>/health/ready</c> names and asks.</summary>
public interface IWorkingPart
{
    /// <summary>As the answer names it.</summary>
    string Part { get; }

    /// <summary>What is wrong with it, in a few words; null when it works.</summary>
    Task<string?> Problem(CancellationToken cancel);
}
