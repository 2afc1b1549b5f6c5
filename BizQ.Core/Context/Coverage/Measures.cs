namespace BizQ.Core.Context;

/// <summary>
/// How well what ought to be known is known, in numbers of facts. They add up, so that a category is the sum of its fields.
/// </summary>
/// <param name="Expected">Facts there ought to be.</param>
/// <param name="Known">Of these, those there are.</param>
/// <param name="Fresh">Of the known, those that were seen or confirmed recently enough.</param>
/// <param name="Verified">Of the known, those somebody stands for.</param>
/// <param name="Disputed">Of the known, those that another source contradicts.</param>
/// <param name="Usable">Of the known, those that are fresh and not disputed.</param>
public readonly record struct Measures(long Expected, long Known, long Fresh, long Verified, long Disputed, long Usable)
{
    /// <summary>0 to 100: what an agent can rely on, of what there ought to be.</summary>
    public int Coverage => Share(Usable, Expected) ?? 0;

    public int Completeness => Share(Known, Expected) ?? 0;

    /// <summary>0 to 100; null while nothing is known that could be old.</summary>
    public int? Freshness => Share(Fresh, Known);

    /// <summary>0 to 100; null while nothing is known that could be contradicted.</summary>
    public int? Consistency => Share(Known - Disputed, Known);

    /// <summary>0 to 100; null while nothing is known that could be verified.</summary>
    public int? Verification => Share(Verified, Known);

    public static Measures operator +(Measures a, Measures b) =>
        new(a.Expected + b.Expected, a.Known + b.Known, a.Fresh + b.Fresh, a.Verified + b.Verified, a.Disputed + b.Disputed, a.Usable + b.Usable);

    // Rounded down: 100 means all.
    private static int? Share(long part, long whole) => whole == 0 ? null : (int)(100 * part / whole);
}
