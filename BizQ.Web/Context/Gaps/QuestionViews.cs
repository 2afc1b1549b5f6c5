using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Gaps;

/// <summary>A question to a person.</summary>
public sealed record QuestionView(
    Guid Id, Guid? GapId, string Ask, string? Why, string? Type, string? Field, QuestionState State, string AskedBy, DateTimeOffset AskedAt,
    Guid? AssigneeId, string? Assignee, DateOnly? DueOn, string? AnsweredBy, DateTimeOffset? AnsweredAt, IReadOnlyList<ThingView>? Things = null, int? Lacking = null)
{
    public static QuestionView Of(Question q) => new(
        q.Id, q.GapId, q.Ask, q.Why, q.Type, q.Field, q.State, q.AskedByName, q.AskedAt, q.AssigneeId, q.AssigneeName, q.DueOn, q.AnsweredByName, q.AnsweredAt);

    public static QuestionView Of(QuestionDetail d) => Of(d.Question) with { Things = [.. d.Things.Select(e => new ThingView(e.Id, e.Name))], Lacking = d.Lacking };
}

/// <summary>An entity that lacks what is asked.</summary>
public sealed record ThingView(Guid Id, string Name);

/// <summary>The answer to a question.</summary>
/// <param name="Parts">For each thing its values; a thing that is not known yet has a name and no id.</param>
/// <param name="Text">The answer to a question in words.</param>
public sealed record AnswerBody(IReadOnlyList<AnswerPartBody>? Parts, string? Text);

public sealed record AnswerPartBody(Guid? EntityId, string? Name, Dictionary<string, JsonElement>? Values);

/// <param name="Unknown">They do not know; otherwise they will answer later.</param>
public sealed record PutOffBody(bool Unknown = false);
