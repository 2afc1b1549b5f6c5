using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>The goals of interviews beside what is known at a moment: loaded in a few queries, then decided in memory.</summary>
internal sealed class InterviewBoard
{
    /// <summary>Things that lack what is asked of each; when these are answered, the next ones are asked about.</summary>
    public const int MostThings = 10;

    private readonly Dictionary<(string Type, string Key), Entity> _things = [];
    private readonly Dictionary<(string Type, string Field), (List<Entity> Lacking, int Count, int Things)> _each = [];
    private Dictionary<(Guid, string), Fact> _facts = [];
    private HashSet<(Guid, string)> _disputed = [];
    private Dictionary<(string, string), InterviewNote> _notes = [];
    private Dictionary<Guid, string> _asked = [];
    private ILookup<(string, string), string> _needing = Enumerable.Empty<((string, string), string)>().ToLookup(n => n.Item1, n => n.Item2);

    public required TypeCatalogue Catalogue { get; init; }

    public required DateTimeOffset Now { get; init; }

    public static async Task<InterviewBoard> Load(BizQDb db, Actor actor, IReadOnlyList<InterviewTemplate> templates, IReadOnlyList<KnownNeeds> agents, DateTimeOffset now, CancellationToken cancel)
    {
        var board = new InterviewBoard { Catalogue = await EntityTypes.Catalogue(db, cancel), Now = now };
        var goals = templates.SelectMany(t => t.Goals).ToList();
        foreach (var type in goals.Where(g => g.Thing is not null).GroupBy(g => g.Type))
            await board.LoadThings(db, type.Key, [.. type.Select(g => g.Thing!.Key).Distinct()], cancel);
        foreach (var (type, field) in goals.Where(g => g.Thing is null).Select(g => (g.Type, g.Field)).Distinct())
            await board.LoadEach(db, actor, type, field, cancel);
        await board.LoadFacts(db, actor, [.. goals.Select(g => g.Field).Distinct()], cancel);
        await board.LoadNotes(db, [.. templates.Select(t => t.Name)], cancel);
        board._needing = agents.SelectMany(a => a.Definition.Needs.SelectMany(n => JudgeNeed.FieldsOf(n, board.Catalogue.Of(EntityLimits.NormalType(n.Type))).Select(f => ((EntityLimits.NormalType(n.Type), f), a.Definition.Name))))
            .Distinct().ToLookup(n => n.Item1, n => n.Name);
        return board;
    }

    public IReadOnlyList<SectionState> Of(InterviewTemplate template) => [.. template.Sections.Select(section =>
    {
        var parts = section.Goals.Select(goal => Of(template, goal)).ToList();
        return new SectionState(section, [.. parts.SelectMany(p => p.Slots)], parts.Sum(p => p.Known), parts.Sum(p => p.Expected));
    })];

    public bool IsNeeded(InterviewTemplate template) => template.Goals.Any(g => _needing.Contains((g.Type, g.Field)));

    public bool Needs(KnownNeeds agent, InterviewTemplate template) => template.Goals.Any(g => _needing[(g.Type, g.Field)].Contains(agent.Definition.Name));

    private (IReadOnlyList<InterviewSlot> Slots, long Known, long Expected) Of(InterviewTemplate template, InterviewGoal goal)
    {
        if (goal.Thing is { } thing)
        {
            var slot = SlotOf(template, goal, goal.Id, _things.GetValueOrDefault((goal.Type, thing.Key)));
            return ([slot], slot.State == SlotState.Known ? 1 : 0, 1);
        }
        var (lacking, count, things) = _each[(goal.Type, goal.Field)];
        return things == 0
            ? ([SlotOf(template, goal, goal.Id, null)], 0, 1)
            : ([.. lacking.Select(entity => SlotOf(template, goal, $"{goal.Id}/{entity.Id}", entity))], things - count, things);
    }

    private InterviewSlot SlotOf(InterviewTemplate template, InterviewGoal goal, string id, Entity? thing)
    {
        var fact = thing is null ? null : _facts.GetValueOrDefault((thing.Id, goal.Field));
        var disputed = thing is not null && _disputed.Contains((thing.Id, goal.Field));
        var note = _notes.GetValueOrDefault((template.Name, id));
        var freshness = fact is null ? (Freshness?)null : Freshness.Of(fact, Catalogue.Of(goal.Type), Now);
        var asked = note?.QuestionId is { } question ? _asked.GetValueOrDefault(question) : null;
        var state = (fact, note) switch
        {
            (not null, _) => disputed || freshness!.Value.State != FreshnessState.Fresh ? SlotState.Doubtful : SlotState.Known,
            (_, { Mark: SlotMark.Later }) => SlotState.Later,
            (_, { Mark: SlotMark.Unknown }) => SlotState.Unknown,
            _ when asked is not null => SlotState.Asked,
            _ => SlotState.Open,
        };
        return new InterviewSlot(id, goal, thing, state, fact, freshness, disputed, note?.Text, asked, [.. _needing[(goal.Type, goal.Field)]]);
    }

    private async Task LoadThings(BizQDb db, string type, List<string> keys, CancellationToken cancel)
    {
        var lookups = keys.Select(k => Lookup.Of(k)!).ToList();
        foreach (var entity in await db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null && lookups.Contains(e.LookupKey!)).ToListAsync(cancel))
            _things[(type, keys.First(k => Lookup.Of(k) == entity.LookupKey))] = entity;
        // A business has one of these, whatever somebody gave it for a key.
        if (keys.Contains(type) && !_things.ContainsKey((type, type)) && await db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null).OrderBy(e => e.Id).FirstOrDefaultAsync(cancel) is { } sole)
            _things[(type, type)] = sole;
    }

    private async Task LoadEach(BizQDb db, Actor actor, string type, string field, CancellationToken cancel)
    {
        var things = await db.Entities.CountAsync(e => e.Type == type && e.RemovedAt == null, cancel);
        if (things == 0)
        {
            _each[(type, field)] = ([], 0, 0);
            return;
        }
        var lacking = ListQuestions.Lacking(db, type, field, Catalogue.Of(type)?.LifetimeOf(field), Now);
        var some = await lacking.OrderBy(e => e.Id).Take(MostThings).ToListAsync(cancel);
        await Access.Cover(db, actor, some, cancel);
        _each[(type, field)] = (some, some.Count < MostThings ? some.Count : await lacking.CountAsync(cancel), things);
    }

    private async Task LoadFacts(BizQDb db, Actor actor, List<string> fields, CancellationToken cancel)
    {
        var entities = _things.Values.Concat(_each.Values.SelectMany(e => e.Lacking)).Select(e => e.Id).Distinct().ToList();
        var facts = await db.Facts.AsNoTracking().ReadableBy(db, actor).Where(f => entities.Contains(f.EntityId) && fields.Contains(f.Field) && f.SupersededBy == null).ToListAsync(cancel);
        _facts = facts.Where(f => f.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) && !(f.Value.ValueKind == JsonValueKind.String && f.Value.GetString()!.Length == 0)).ToDictionary(f => (f.EntityId, f.Field));
        var conflicts = await db.Conflicts.AsNoTracking().Where(c => entities.Contains(c.EntityId) && c.State == ConflictState.Open).Select(c => new { c.EntityId, c.Field }).ToListAsync(cancel);
        _disputed = [.. conflicts.Select(c => (c.EntityId, c.Field))];
    }

    private async Task LoadNotes(BizQDb db, List<string> interviews, CancellationToken cancel)
    {
        _notes = await db.InterviewNotes.AsNoTracking().Where(n => interviews.Contains(n.Interview)).ToDictionaryAsync(n => (n.Interview, n.Slot), cancel);
        var questions = _notes.Values.Select(n => n.QuestionId).OfType<Guid>().ToList();
        _asked = await db.Questions.AsNoTracking().Where(q => questions.Contains(q.Id) && (q.State == QuestionState.Open || q.State == QuestionState.Later))
            .ToDictionaryAsync(q => q.Id, q => q.AssigneeName ?? "anybody", cancel);
    }
}
