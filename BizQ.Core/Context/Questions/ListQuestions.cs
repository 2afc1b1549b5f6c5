using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Mine">Only those that are put to the asker, or to nobody in particular.</param>
/// <param name="Closed">Those that were answered or are not known, instead of the open ones.</param>
public sealed record QuestionFilter(bool Mine = false, bool Closed = false, int? Limit = null, string? Cursor = null);

/// <summary>A question with the things it is about: those that lack what is asked.</summary>
/// <param name="Type">Null for a question in words.</param>
/// <param name="Things">At most <see cref="ListQuestions.MostThings"/>; none where the thing itself is not known yet.</param>
/// <param name="Lacking">How many lack it in all.</param>
public sealed record QuestionDetail(Question Question, EntityTypeDefinition? Type, IReadOnlyList<Entity> Things, int Lacking);

/// <summary>What people are asked, the latest first.</summary>
public sealed class ListQuestions(BizQDatabase database, TimeProvider clock)
{
    public const int MostThings = 20;

    private static readonly JsonElement _unknown = JsonElement.Parse("null");
    private static readonly JsonElement _empty = JsonElement.Parse("\"\"");

    public async Task<Outcome<Page<Question>>> Run(Actor actor, QuestionFilter filter, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        Guid? after = null;
        if (filter.Cursor is { Length: > 0 } cursor)
        {
            if (!Guid.TryParse(cursor, out var last))
                return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.");
            after = last;
        }
        await using var db = database.Open(actor.WorkspaceId);
        var questions = db.Questions.AsNoTracking().Where(q => after == null || q.Id < after);
        questions = filter.Closed
            ? questions.Where(q => q.State != QuestionState.Open && q.State != QuestionState.Later)
            : questions.Where(q => q.State == QuestionState.Open || q.State == QuestionState.Later);
        if (filter.Mine)
            questions = questions.Where(q => q.AssigneeId == null || q.AssigneeId == actor.Id);
        var size = Page<Question>.Size(filter.Limit);
        var page = await questions.OrderByDescending(q => q.Id).Take(size + 1).ToListAsync(cancel);
        return new Page<Question>([.. page.Take(size)], page.Count > size ? page[size - 1].Id.ToString() : null);
    }

    public async Task<Outcome<QuestionDetail>> Read(Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Questions.AsNoTracking().FirstOrDefaultAsync(q => q.Id == id, cancel) is not { } question)
            return Refusal.NotFound("question");
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        if (question.Type is not { } name)
            return new QuestionDetail(question, null, [], 0);
        var type = catalogue.Of(name);
        if (question.EntityId is { } one)
        {
            var asked = await db.Entities.AsNoTracking().Where(e => e.Id == one && e.RemovedAt == null).ToListAsync(cancel);
            await Access.Cover(db, actor, asked, cancel);
            return new QuestionDetail(question, type, asked, asked.Count);
        }
        var lacking = Lacking(db, name, question.Field, question.Field is { } field ? type?.LifetimeOf(field) : null, clock.GetUtcNow());
        var things = await lacking.OrderBy(e => e.Id).Take(MostThings).ToListAsync(cancel);
        await Access.Cover(db, actor, things, cancel);
        return new QuestionDetail(question, type, things, things.Count < MostThings ? things.Count : await lacking.CountAsync(cancel));
    }

    /// <summary>Things of a type of which a field is not known, or not known freshly.</summary>
    internal static IQueryable<Entity> Lacking(BizQDb db, string type, string? field, TimeSpan? lifetime, DateTimeOffset now)
    {
        var things = db.Entities.AsNoTracking().Where(e => e.Type == type && e.RemovedAt == null);
        if (field is null)
            return things.Where(e => false);
        var cutoff = lifetime is { } days ? now - days : DateTimeOffset.MinValue;
        return things.Where(e => !db.Facts.Any(f => f.EntityId == e.Id && f.Field == field && f.SupersededBy == null && !f.Value.Equals(_unknown) && !f.Value.Equals(_empty)
            && (f.ValidTo == null || f.ValidTo > now) && (f.ObservedAt > cutoff || f.VerifiedAt > cutoff)));
    }
}
