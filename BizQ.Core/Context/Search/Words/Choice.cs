namespace BizQ.Core.Context;

/// <summary>A word of the index, in how many rows it stands, and how much it therefore tells.</summary>
internal readonly record struct Weighed(SearchTerm Term, string Stem, long Rows, double Idf)
{
    /// <summary>Said twice tells more, but not twice as much.</summary>
    public double Worth => Idf * (1 + Math.Log(Term.Count));
}

/// <summary>
/// Chooses the words of a long text that find its passages: the rare ones tell almost everything, the common ones cost
/// almost everything, because each makes the engine score all rows it stands in. Pure.
/// </summary>
/// <param name="Alone">Words that find rows each by itself.</param>
/// <param name="Together">Words so common that only rows which hold all of them are looked at.</param>
internal sealed record Choice(IReadOnlyList<Weighed> Alone, IReadOnlyList<Weighed> Together)
{
    /// <summary>More words than this change no result that anybody looks at.</summary>
    private const int MostTerms = 24;

    /// <summary>Rows scored for one search. On Cranfield a cap of 1,500 costs no quality, 800 does.</summary>
    public const int MostRows = 3000;

    // A question is never cut below this many of its words, however common they are.
    private const int FewTerms = 3;

    public bool IsEmpty => Alone.Count + Together.Count == 0;

    /// <summary>All of them, best first: what a row is scored by.</summary>
    public IReadOnlyList<Weighed> All => [.. Alone, .. Together];

    public static Choice Of(IEnumerable<Weighed> terms)
    {
        List<Weighed> alone = [];
        List<Weighed> together = [];
        long rows = 0;
        foreach (var term in terms.Where(t => t.Rows > 0).OrderByDescending(t => t.Worth))
        {
            rows += term.Rows;
            if (alone.Count == MostTerms || (alone.Count + together.Count >= FewTerms && rows > MostRows))
                break;
            (rows <= MostRows ? alone : together).Add(term);
        }
        return new Choice(alone, together);
    }

    /// <summary>How much a word tells that stands in so many of so many rows (BM25's inverse document frequency).</summary>
    public static double Idf(long rows, long all) => Math.Log(1 + ((Math.Max(all, rows) - rows + 0.5) / (rows + 0.5)));
}
