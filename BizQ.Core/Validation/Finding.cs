namespace BizQ.Core.Validation;

/// <summary>Ordered: the verdict over several findings is the greatest.</summary>
public enum Verdict { Allow, Review, Block }

/// <summary>What one check found about one proposed effect.</summary>
/// <param name="Check">The check's stable name, such as "grounded".</param>
/// <param name="Reason">The named reason in lower camel case, such as "figureNotInEvidence".</param>
/// <param name="Message">The sentence for people.</param>
/// <param name="Quote">The words it is about, when there are some.</param>
public sealed record Finding(string Check, string Title, Verdict Verdict, string Reason, string Message, string? Quote = null);
