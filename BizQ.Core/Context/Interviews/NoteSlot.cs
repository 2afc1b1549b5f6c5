using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>Keeps where an interview was left, so that nothing written is lost and everybody sees who is asked what.</summary>
public sealed class NoteSlot(BizQDatabase database, ReadInterview read, Ids ids, TimeProvider clock)
{
    public const int TextLength = AnswerQuestion.TextLength;

    /// <summary>What is written so far; empty for nothing.</summary>
    public async Task<Outcome<Done>> Type(Actor actor, string interview, string slot, string text, CancellationToken cancel) =>
        text.Length > TextLength
            ? Refusal.TooLarge("longAnswer", $"An answer has at most {TextLength:N0} characters; longer things are documents.")
            : await Change(actor, interview, slot, (_, note, _) => note.Text = text.Length == 0 ? null : text, cancel);

    public async Task<Outcome<Done>> Mark(Actor actor, string interview, string slot, SlotMark mark, CancellationToken cancel) =>
        await Change(actor, interview, slot, (_, note, _) => note.Mark = mark, cancel);

    /// <summary>Somebody else is asked; null for anybody.</summary>
    public async Task<Outcome<Done>> Ask(Actor actor, string interview, string slot, Guid? assignee, DateOnly? dueOn, CancellationToken cancel)
    {
        Colleague? whom = null;
        if (assignee is not null)
        {
            await using var db = database.Open(actor.WorkspaceId);
            if ((whom = await Colleague.Find(db, assignee, cancel)) is null)
                return Colleague.NoMember;
        }
        return await Change(actor, interview, slot, (db, note, asked) =>
        {
            var name = asked.ThingName ?? (asked.Goal.Thing is null ? null : db.Workspaces.Local.First().Name);
            if (note.QuestionId is { } before && db.Questions.Local.FirstOrDefault(q => q.Id == before) is { IsOpen: true } open)
            {
                (open.AssigneeId, open.AssigneeName, open.DueOn) = (whom?.Id, whom?.Name, dueOn);
                return;
            }
            var question = new Question
            {
                Id = ids.New(),
                WorkspaceId = actor.WorkspaceId,
                Ask = asked.Thing is { } thing && asked.Goal.Thing is null ? $"{thing.Name}: {asked.Goal.Ask}" : asked.Goal.Ask,
                Why = asked.Goal.Why,
                Type = asked.Goal.Type,
                Field = asked.Goal.Field,
                EntityId = asked.Thing?.Id,
                ThingKey = asked.Thing is null ? asked.Goal.Thing?.Key : null,
                ThingName = asked.Thing is null ? name : null,
                AskedBy = actor.Id,
                AskedByName = actor.Name,
                AskedAt = note.At,
                AssigneeId = whom?.Id,
                AssigneeName = whom?.Name,
                DueOn = dueOn,
            };
            db.Add(question);
            (note.QuestionId, note.Mark) = (question.Id, SlotMark.None);
        }, cancel);
    }

    private async Task<Outcome<Done>> Change(Actor actor, string interview, string slot, Action<BizQDb, InterviewNote, InterviewSlot> change, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var detail = await read.Run(actor, interview, cancel);
        if (detail.Refusal is { } refusal)
            return refusal;
        if (detail.Value.Slot(slot) is not { } asked)
            return new Refusal(RefusalKind.NotFound, "notAsked", "Nothing of that name is asked here now. Load the interview again.");
        await using var db = database.Open(actor.WorkspaceId);
        var note = await db.InterviewNotes.FirstOrDefaultAsync(n => n.Interview == interview && n.Slot == slot, cancel);
        await db.Workspaces.Where(w => w.Id == actor.WorkspaceId).LoadAsync(cancel);
        if (note?.QuestionId is { } question)
            await db.Questions.FirstOrDefaultAsync(q => q.Id == question, cancel);
        if (note is null)
            db.Add(note = new InterviewNote { Id = ids.New(), WorkspaceId = actor.WorkspaceId, Interview = interview, Slot = slot, ByName = actor.Name, At = clock.GetUtcNow() });
        (note.ByName, note.At) = (actor.Name, clock.GetUtcNow());
        change(db, note, asked);
        if (note is { Text: null, Mark: SlotMark.None, QuestionId: null })
            db.Remove(note);
        try
        {
            await db.SaveChangesAsync(cancel);
            return new Done();
        }
        catch (Exception lost) when (lost.IsLostRace())
        {
            return Refusal.Stale("changedMeanwhile", "Somebody else is at this question at the same moment. Try again.");
        }
    }
}
