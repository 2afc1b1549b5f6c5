using BizQ.Core.Agents;

namespace BizQ.Core.Context;

/// <summary>How well an agent's need is met, the worst last. <c>Unverified</c>: known, but nobody stands for it where somebody must.</summary>
public enum NeedState { Met, Unverified, Stale, Disputed, Incomplete, Missing }

/// <summary>One field that is needed: of how many things it ought to be known, and how it is known.</summary>
public sealed record FieldVerdict(string Field, NeedState State, Measures Measures);

/// <param name="Things">How many there are of the type.</param>
/// <param name="Says">The verdict as a sentence.</param>
public sealed record NeedVerdict(NeedDefinition Need, NeedState State, long Things, IReadOnlyList<FieldVerdict> Fields, string Says)
{
    public Measures Measures => Fields.Aggregate(default(Measures), (sum, one) => sum + one.Measures);
}

/// <summary><c>WithGaps</c>: all that is required is there, but not all that would help.</summary>
public enum Readiness { Ready, WithGaps, NotReady }

/// <summary>What an agent needs beside what is known: judged before a run begins, and shown on the agent's page.</summary>
public sealed record NeedsVerdict(Readiness Readiness, IReadOnlyList<NeedVerdict> Needs)
{
    public static readonly NeedsVerdict NothingNeeded = new(Readiness.Ready, []);

    public Measures Measures => Needs.Aggregate(default(Measures), (sum, one) => sum + one.Measures);

    public IEnumerable<NeedVerdict> Unmet => Needs.Where(n => n.State != NeedState.Met);

    public static NeedsVerdict Of(IReadOnlyList<NeedVerdict> needs) => new(
        needs.Any(n => n.State != NeedState.Met && n.Need.Required) ? Readiness.NotReady : needs.All(n => n.State == NeedState.Met) ? Readiness.Ready : Readiness.WithGaps, needs);
}

/// <summary>Judges one need from what was counted. Pure.</summary>
internal static class JudgeNeed
{
    /// <summary>
    /// Of so many things each run is about one, and what is known of that one is judged when its effects are: before the run it is
    /// enough that most are known, and that some are fresh, as of orders only the latest are.
    /// </summary>
    private const int Many = 20;

    private const double EnoughOfFew = 0.9;
    private const double EnoughOfMany = 0.5;

    public static NeedVerdict Of(NeedDefinition need, EntityTypeDefinition? type, FactCounts counts)
    {
        var name = EntityLimits.NormalType(need.Type);
        var things = counts.ThingsOf(name);
        var fields = FieldsOf(need, type).Select(field => Judge(need, field, things, counts.Of(name, field))).ToList();
        var state = things == 0 ? NeedState.Missing : fields.Select(f => f.State).DefaultIfEmpty(NeedState.Met).Max();
        return new NeedVerdict(need, state, things, fields, Sentence(state, type?.Title ?? EntityText.Words(name), fields));
    }

    /// <summary>Documents have no fields: there are some that are new enough, or not.</summary>
    public static NeedVerdict OfDocuments(NeedDefinition need, long documents, long fresh)
    {
        var state = documents == 0 ? NeedState.Missing : fresh == 0 ? NeedState.Stale : NeedState.Met;
        var says = state switch
        {
            NeedState.Missing => "No document is here that the agent may read.",
            NeedState.Stale => $"All documents are older than {need.MaxAgeDays} days.",
            _ => $"{documents:N0} {(documents == 1 ? "document is" : "documents are")} here.",
        };
        return new NeedVerdict(need, state, documents, [new FieldVerdict("document", state, new Measures(1, Math.Min(1, documents), Math.Min(1, fresh), 0, 0, Math.Min(1, fresh)))], says);
    }

    /// <summary>The fields that are asked for; what its type requires where none are named.</summary>
    public static IReadOnlyList<string> FieldsOf(NeedDefinition need, EntityTypeDefinition? type) => need.Fields is { Count: > 0 } named ? named : type?.Required ?? [];

    private static FieldVerdict Judge(NeedDefinition need, string field, long things, FieldCount count)
    {
        var measures = count.Of(Math.Max(things, 1));
        var enough = (things > Many ? EnoughOfMany : EnoughOfFew) * measures.Expected;
        var fresh = things > Many ? measures.Fresh > 0 : measures.Fresh >= enough;
        var state = (measures.Known >= enough, measures.Known - measures.Disputed >= enough, fresh, !need.Verified || measures.Verified >= enough) switch
        {
            (false, _, _, _) => NeedState.Incomplete,
            (_, false, _, _) => NeedState.Disputed,
            (_, _, false, _) => NeedState.Stale,
            (_, _, _, false) => NeedState.Unverified,
            _ => NeedState.Met,
        };
        return new FieldVerdict(field, state, measures);
    }

    private static string Sentence(NeedState state, string type, IReadOnlyList<FieldVerdict> fields)
    {
        if (state == NeedState.Missing)
            return $"Nothing is known of any {type.ToLowerInvariant()} yet.";
        var parts = fields.Where(f => f.State != NeedState.Met).GroupBy(f => f.State).OrderByDescending(g => g.Key)
            .Select(g => $"{string.Join(", ", g.Select(f => EntityText.Words(f.Field).ToLowerInvariant()))} {Phrase(g.Key)}").ToList();
        return parts.Count == 0 ? $"{type}: everything needed is known." : $"{type}: {string.Join("; ", parts)}.";
    }

    private static string Phrase(NeedState state) => state switch
    {
        NeedState.Incomplete => "not known",
        NeedState.Disputed => "contradicted by another source",
        NeedState.Stale => "not confirmed for too long",
        _ => "verified by nobody",
    };
}
