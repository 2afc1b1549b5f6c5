namespace BizQ.Core.Validation.Claims;

public enum ClaimKind { Figure, Money, Percentage, Date, Time, Duration, Reference, Link, Promise }

/// <summary>
/// Something a text states that can be looked up: a figure, a date, a promise. Each reading of it is a key, so that a draft's
/// "12,50 €" is found in evidence that says "EUR 12.50".
/// </summary>
/// <param name="Start">Where its words stand in the text.</param>
/// <param name="Needs">Any one of these keys in the evidence makes it true.</param>
/// <param name="Gives">The keys it offers when it stands in evidence.</param>
public sealed record Claim(ClaimKind Kind, int Start, int Length, string Quote, IReadOnlyList<string> Needs, IReadOnlyList<string> Gives);

/// <summary>The text under reading, and which of its characters a claim has already taken: a date's day is not a figure too.</summary>
internal sealed class Reading(string text, DateOnly today)
{
    private readonly bool[] _taken = new bool[text.Length];

    public string Text => text;

    /// <summary>The day "tomorrow" and "by Friday" count from.</summary>
    public DateOnly Today => today;

    public bool IsFree(int start, int length) => !_taken.AsSpan(start, length).Contains(true);

    public void Take(int start, int length) => _taken.AsSpan(start, length).Fill(true);

    public Claim Claim(ClaimKind kind, int start, int length, IReadOnlyList<string> needs, IReadOnlyList<string>? gives = null)
    {
        Take(start, length);
        return new Claim(kind, start, length, text.Substring(start, length), needs, gives ?? needs);
    }
}
