using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary><c>Add</c>: it is not known. <c>Settle</c>: sources contradict each other. <c>Refresh</c>: not confirmed for too long. <c>Verify</c>: nobody stands for it where somebody must.</summary>
public enum SuggestionKind { Add, Settle, Refresh, Verify }

/// <summary>What to do next for what the business knows, and what it would have helped.</summary>
/// <param name="Title">In words, for people.</param>
/// <param name="Type">Null for what nobody has found in any type.</param>
/// <param name="Runs">Runs and searches that missed it.</param>
/// <param name="Agents">The agents that need it or missed it, by name.</param>
/// <param name="Interview">The interview that asks for it.</param>
/// <param name="Section">The section in which it does, from 0.</param>
public sealed record Suggestion(SuggestionKind Kind, string Title, string? Type, string? Field, int Runs, IReadOnlyList<string> Agents, string? Interview, int Section);

/// <summary>What to add, settle, refresh and verify next: what would have helped the most runs comes first, then what the most agents need.</summary>
public sealed class SuggestNext(BizQDatabase database, CheckNeeds needs, ListGaps gaps)
{
    /// <summary>Nobody looks at more; when these are done, others follow.</summary>
    public const int Most = 20;

    public async Task<Outcome<IReadOnlyList<Suggestion>>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        await gaps.Review(db, cancel);
        var wanted = new Dictionary<(string? Type, string? Field, string? Title), Wanted>();
        foreach (var agent in await KnownNeeds.Load(db, cancel))
        {
            var verdict = await needs.Before(CheckNeeds.ActorOf(actor.WorkspaceId, agent.AgentId, agent.Definition), agent.VersionId, agent.Definition.Needs, cancel);
            foreach (var (need, field) in verdict.Needs.SelectMany(n => n.Fields.Where(f => f.State != NeedState.Met).Select(f => (n.Need, f))))
                Of(wanted, EntityLimits.NormalType(need.Type), field.Field, null).Needed(agent.Definition.Name, KindOf(field.State));
        }
        foreach (var (gap, agents) in await Missed(db, cancel))
            Of(wanted, gap.Type, gap.Field, gap.Type is null ? gap.Title : null).Missed(gap, agents);
        return wanted.Select(w => w.Value.Suggest(w.Key.Type, w.Key.Field)).OrderByDescending(s => s.Runs).ThenByDescending(s => s.Agents.Count).ThenBy(s => s.Title, StringComparer.Ordinal).Take(Most).ToList();
    }

    private static Wanted Of(Dictionary<(string?, string?, string?), Wanted> wanted, string? type, string? field, string? title)
    {
        if (!wanted.TryGetValue((type, field, title), out var one))
            wanted[(type, field, title)] = one = new Wanted();
        return one;
    }

    private static async Task<IEnumerable<(Gap Gap, IEnumerable<string> Agents)>> Missed(BizQDb db, CancellationToken cancel)
    {
        var open = await db.Gaps.AsNoTracking().Where(g => g.State == GapState.Open || g.State == GapState.Asked).OrderByDescending(g => g.Misses).ThenBy(g => g.Id).Take(NoteGaps.MostOpen).ToListAsync(cancel);
        var shown = open.Select(g => g.Id).ToList();
        var agents = (await db.GapAgents.AsNoTracking().Where(a => shown.Contains(a.GapId)).Select(a => new { a.GapId, a.AgentName }).ToListAsync(cancel)).ToLookup(a => a.GapId, a => a.AgentName);
        return open.Select(g => (g, agents[g.Id]));
    }

    private static SuggestionKind KindOf(NeedState state) => state switch
    {
        NeedState.Unverified => SuggestionKind.Verify,
        NeedState.Stale => SuggestionKind.Refresh,
        NeedState.Disputed => SuggestionKind.Settle,
        _ => SuggestionKind.Add,
    };

    /// <summary>What is gathered of one thing that is wanted, from all who want it.</summary>
    private sealed class Wanted
    {
        private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
        private SuggestionKind? _kind;
        private string? _title;
        private int _runs;

        /// <summary>What is not known has to be added before it can be anything else; Add comes first in the enumeration.</summary>
        public void Needed(string agent, SuggestionKind kind)
        {
            _agents.Add(agent);
            if (_kind is null || kind < _kind)
                _kind = kind;
        }

        public void Missed(Gap gap, IEnumerable<string> agents)
        {
            _agents.UnionWith(agents);
            _runs += gap.Misses;
            _title ??= gap.Title;
            _kind ??= gap.Kind == GapKind.Expired ? SuggestionKind.Refresh : SuggestionKind.Add;
        }

        public Suggestion Suggest(string? type, string? field)
        {
            var kind = _kind!.Value;
            var title = (type, field) switch
            {
                (null, _) => _title!,
                (_, null) => $"{Verb(kind)} {EntityText.Words(type).ToLowerInvariant()}",
                _ => $"{Verb(kind)} {EntityText.Words(field).ToLowerInvariant()} of {EntityText.Words(type).ToLowerInvariant()}",
            };
            var place = InterviewTemplates.BuiltIn.SelectMany(t => t.Sections.Select((s, i) => (t.Name, Section: i, s.Goals))).FirstOrDefault(s => s.Goals.Any(g => g.Type == type && g.Field == field));
            return new Suggestion(kind, title, type, field, _runs, [.. _agents.Order(StringComparer.Ordinal)], place.Name, place.Section);
        }

        private static string Verb(SuggestionKind kind) => kind switch
        {
            SuggestionKind.Settle => "Settle",
            SuggestionKind.Refresh => "Confirm",
            SuggestionKind.Verify => "Verify",
            _ => "Add",
        };
    }
}
