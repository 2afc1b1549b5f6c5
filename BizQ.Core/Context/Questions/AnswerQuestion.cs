using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What is said of one thing.</summary>
/// <param name="EntityId">The thing; null for one that is not known yet, which then needs a name.</param>
public sealed record AnswerPart(Guid? EntityId, string? Name, IReadOnlyDictionary<string, JsonElement> Values);

/// <param name="Text">The answer to a question in words.</param>
public sealed record AnswerRequest(IReadOnlyList<AnswerPart>? Parts = null, string? Text = null);

/// <summary>
/// A person answers what they are asked: what they say becomes facts they stand for. Who is asked may answer, also where they may
/// not change anything else.
/// </summary>
public sealed class AnswerQuestion(BizQDatabase database, ListGaps gaps, Ids ids, TimeProvider clock)
{
    public const int MostParts = 50;

    public const int TextLength = 20_000;

    // Each attempt loses only to somebody who wrote the same entity meanwhile.
    private const int Attempts = 4;

    public async Task<Outcome<Question>> Run(Actor actor, Guid id, AnswerRequest request, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = database.Open(actor.WorkspaceId);
            var open = await Open(db, actor, id, cancel);
            if (open.Refusal is { } refusal)
                return refusal;
            try
            {
                if (await Answer(db, actor, open.Value, request, cancel) is { } refused)
                    return refused;
                await gaps.Review(db, cancel);
                return open.Value;
            }
            catch (Exception problem) when (problem.IsLostRace() && attempt < Attempts)
            {
                // Decide anew on what is there now.
            }
        }
    }

    /// <summary>They do not know, or not now: the gap stays, and somebody else can be asked.</summary>
    public async Task<Outcome<Question>> PutOff(Actor actor, Guid id, bool unknown, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        var open = await Open(db, actor, id, cancel);
        if (open.Refusal is { } refusal)
            return refusal;
        var question = open.Value;
        question.State = unknown ? QuestionState.Unknown : QuestionState.Later;
        if (unknown)
            Sign(question, actor);
        if (unknown && await db.Gaps.FirstOrDefaultAsync(g => g.Id == question.GapId && g.State == GapState.Asked, cancel) is { } gap)
            gap.State = GapState.Open;
        await db.SaveChangesAsync(cancel);
        return question;
    }

    private static async Task<Outcome<Question>> Open(BizQDb db, Actor actor, Guid id, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        if (await db.Questions.FirstOrDefaultAsync(q => q.Id == id, cancel) is not { } question)
            return Refusal.NotFound("question");
        if (!IsAsked(actor, question) && actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        return question.IsOpen ? question : Refusal.Conflict("alreadyAnswered", $"{question.AnsweredByName} has answered this already. Edit what is known instead.");
    }

    public static bool IsAsked(Actor actor, Question question) => actor is { Kind: ActorKind.Person, Id: { } me } && question.AssigneeId == me;

    private async Task<Refusal?> Answer(BizQDb db, Actor actor, Question question, AnswerRequest request, CancellationToken cancel)
    {
        var requests = RequestsOf(actor, question, request);
        if (requests.Refusal is { } wrong)
            return wrong;
        // Who asked might have written it, and has asked them to.
        var writer = actor with { Permissions = new HashSet<Permission>(actor.Permissions) { Permission.EditContext } };
        var batch = new EntityBatch(db, writer, ids, clock.GetUtcNow());
        await batch.Load(requests.Value, cancel);
        foreach (var one in requests.Value)
        {
            if (EntityLimits.Check(one) is { } bad)
                return bad;
            if (batch.Write(one) is { Refusal: { } refusal })
                return refusal;
        }
        question.State = QuestionState.Answered;
        Sign(question, actor);
        await batch.Save(cancel);
        return null;
    }

    private void Sign(Question question, Actor actor) => (question.AnsweredBy, question.AnsweredByName, question.AnsweredAt) = (actor.Id, actor.Name, clock.GetUtcNow());

    private static Outcome<List<WriteEntityRequest>> RequestsOf(Actor actor, Question question, AnswerRequest request)
    {
        if (question.Type is not { } type)
        {
            return request.Text?.Trim() is { Length: > 0 and <= TextLength } text
                ? new List<WriteEntityRequest> { Said(actor, question, null, "faq", null, new Dictionary<string, JsonElement> { ["question"] = Json.Element(question.Ask), ["answer"] = Json.Element(text) }) }
                : Refusal.Invalid("noAnswer", $"Write an answer of at most {TextLength:N0} characters, or say that you do not know.", new Problem("/text", "An answer is needed."));
        }
        var parts = (request.Parts ?? []).Select(p => p with { Values = p.Values.Where(v => !IsEmpty(v.Value)).ToDictionary() }).Where(p => p.Values.Count > 0).ToList();
        if (parts.Count > MostParts)
            return Refusal.TooLarge("tooManyParts", $"At most {MostParts} things are answered for at once.");
        if (parts.Count == 0 || (question.Field is { } field && parts.All(p => !p.Values.ContainsKey(field))))
            return Refusal.Invalid("noAnswer", "Fill in what is asked, or say that you do not know.", new Problem("/parts", "Nothing is filled in."));
        parts = [.. parts.Select(p => p.EntityId is null && string.IsNullOrWhiteSpace(p.Name) ? p with { Name = question.ThingName } : p)];
        if (parts.FindIndex(p => p.EntityId is null && string.IsNullOrWhiteSpace(p.Name)) is >= 0 and var unnamed)
            return Refusal.Invalid("noName", $"Give the {EntityText.Words(type).ToLowerInvariant()} a name, so that people and agents can tell which one it is.", new Problem($"/parts/{unnamed}/name", "A name is needed."));
        return parts.Select(p => Said(actor, question, p.EntityId, type, p.EntityId is null ? p.Name : null, Named(p), p.EntityId is null ? question.ThingKey : null)).ToList();
    }

    private static IReadOnlyDictionary<string, JsonElement> Named(AnswerPart part) => part.EntityId is not null || part.Values.ContainsKey("name")
        ? part.Values
        : new Dictionary<string, JsonElement>(part.Values) { ["name"] = Json.Element(part.Name!.Trim()) };

    private static WriteEntityRequest Said(Actor actor, Question question, Guid? entity, string type, string? name, IReadOnlyDictionary<string, JsonElement> values, string? key = null) =>
        new(entity, type, name, key, Json.Element(values), SourceKind.Interview, actor.Name, Verified: true) { Partial = true, Place = new SourcePlace(question.Id) };

    internal static bool IsEmpty(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()));
}
