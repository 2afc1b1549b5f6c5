using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <param name="Name">What a thing that is not known yet is called, where the interview does not say.</param>
/// <param name="PassageId">The passage of a document the value was taken from, unchanged.</param>
public sealed record SlotAnswer(string Slot, JsonElement Value, string? Name = null, Guid? PassageId = null);

/// <summary>What a person says in an interview becomes facts they stand for; what they took from a document keeps its place there.</summary>
public sealed class SaveAnswers(BizQDatabase database, ReadInterview read, ListGaps gaps, Ids ids, TimeProvider clock)
{
    public const int Most = 50;

    // Who lost a race to another writer of the same entity lines up, so that a burst needs as many rounds as there are processes.
    private const int Attempts = 6;
    private static readonly SemaphoreSlim Line = new(1);

    public async Task<Outcome<InterviewDetail>> Run(Actor actor, string interview, IReadOnlyList<SlotAnswer> answers, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        if (answers.Count is 0 or > Most)
            return Refusal.Invalid("noAnswer", $"Between one and {Most} answers are saved at once.");
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (attempt > 1)
                await Line.WaitAsync(cancel);
            try
            {
                var detail = await read.Run(actor, interview, cancel);
                if (detail.Refusal is { } refusal)
                    return refusal;
                if (await Save(actor, detail.Value, answers, cancel) is { } refused)
                    return refused;
                return await read.Run(actor, interview, cancel);
            }
            catch (Exception problem) when (problem.IsLostRace())
            {
                // Decide anew on what is there now.
            }
            finally
            {
                if (attempt > 1)
                    Line.Release();
            }
        }
        return Refusal.Stale("changedMeanwhile", "Many others change the same at this moment. Try again.");
    }

    private async Task<Refusal?> Save(Actor actor, InterviewDetail interview, IReadOnlyList<SlotAnswer> answers, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var passages = await Passages(db, actor, answers, cancel);
        var workspace = (await db.Workspaces.AsNoTracking().FirstAsync(w => w.Id == actor.WorkspaceId, cancel)).Name;
        List<WriteEntityRequest> requests = [];
        List<Problem> problems = [];
        foreach (var (answer, at) in answers.Select((a, i) => (a, $"/answers/{i}")))
        {
            if (interview.Slot(answer.Slot) is not { } slot)
                problems.Add(new Problem($"{at}/slot", "Nothing of that name is asked here now. Load the interview again."));
            else if (AnswerQuestion.IsEmpty(answer.Value))
                problems.Add(new Problem($"{at}/value", $"Fill in '{EntityText.Words(slot.Goal.Field)}', or say that you do not know."));
            else if (answer.PassageId is { } cited && !passages.ContainsKey(cited))
                problems.Add(new Problem($"{at}/passageId", "The document it is taken from is not here any more."));
            else if (NameOf(slot, answer, workspace) is not { } name)
                problems.Add(new Problem($"{at}/name", $"Give the {EntityText.Words(slot.Goal.Type).ToLowerInvariant()} a name."));
            else
                requests.Add(Said(actor, slot, answer, name, answer.PassageId is { } id ? passages[id] : null));
        }
        if (problems.Count > 0)
            return Refusal.Invalid("badAnswer", problems.Count == 1 ? problems[0].Message : "Some of this cannot be saved as it is.", problems);
        return await Write(db, actor, interview, answers, requests, cancel);
    }

    private async Task<Refusal?> Write(BizQDb db, Actor actor, InterviewDetail interview, IReadOnlyList<SlotAnswer> answers, List<WriteEntityRequest> requests, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var batch = new EntityBatch(db, actor, ids, now);
        await batch.Load(requests, cancel);
        foreach (var request in requests)
        {
            if ((EntityLimits.Check(request) ?? batch.Write(request).Refusal) is { } refusal)
                return refusal;
        }
        var slots = answers.Select(a => a.Slot).ToList();
        var notes = await db.InterviewNotes.Where(n => n.Interview == interview.Template.Name && slots.Contains(n.Slot)).ToListAsync(cancel);
        db.RemoveRange(notes);
        var asked = notes.Select(n => n.QuestionId).OfType<Guid>().ToList();
        foreach (var question in await db.Questions.Where(q => asked.Contains(q.Id) && (q.State == QuestionState.Open || q.State == QuestionState.Later)).ToListAsync(cancel))
            (question.State, question.AnsweredBy, question.AnsweredByName, question.AnsweredAt) = (QuestionState.Answered, actor.Id, actor.Name, now);
        await batch.Save(cancel);
        await gaps.Review(db, cancel);
        return null;
    }

    private static async Task<Dictionary<Guid, (Passage Passage, Document Document)>> Passages(BizQDb db, Actor actor, IReadOnlyList<SlotAnswer> answers, CancellationToken cancel)
    {
        var cited = answers.Select(a => a.PassageId).OfType<Guid>().Distinct().ToList();
        var found = await (from passage in db.Passages.AsNoTracking()
                           join document in db.Documents.AsNoTracking().ReadableBy(db, actor) on passage.DocumentId equals document.Id
                           where cited.Contains(passage.Id)
                           select new { passage, document }).ToListAsync(cancel);
        return found.ToDictionary(f => f.passage.Id, f => (f.passage, f.document));
    }

    private static string? NameOf(InterviewSlot slot, SlotAnswer answer, string workspace) => slot switch
    {
        { Thing: { } thing } => thing.Name,
        { Goal: { Field: "name" } } when answer.Value.ValueKind == JsonValueKind.String => answer.Value.GetString()!.Trim(),
        { Goal.Thing: { } one } => one.Name ?? workspace,
        _ => string.IsNullOrWhiteSpace(answer.Name) ? null : answer.Name.Trim(),
    };

    private static WriteEntityRequest Said(Actor actor, InterviewSlot slot, SlotAnswer answer, string name, (Passage Passage, Document Document)? cited)
    {
        var values = new Dictionary<string, JsonElement> { [slot.Goal.Field] = answer.Value };
        if (slot.Thing is null)
            values.TryAdd("name", Json.Element(name));
        return new WriteEntityRequest(slot.Thing?.Id, slot.Goal.Type, slot.Thing is null ? name : null, slot.Thing is null ? slot.Goal.Thing?.Key : null, Json.Element(values),
            cited is null ? SourceKind.Interview : SourceKind.Document, cited?.Document.Title ?? actor.Name, Verified: true)
        {
            Partial = true,
            // They have seen what else is said of it, and decided.
            Settles = true,
            Place = cited is var (passage, document) ? new SourcePlace(document.Id, passage.Id, passage.PageNumber) : null,
        };
    }
}
