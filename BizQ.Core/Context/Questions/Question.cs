using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary><c>Unknown</c>: who was asked does not know it. <c>Later</c>: put off by who was asked.</summary>
public enum QuestionState { Open, Later, Answered, Unknown, Withdrawn }

/// <summary>One thing that a person is asked (table <c>context_questions</c>): what to say of which field, and whom it would help.</summary>
public sealed class Question : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>The gap it would fill.</summary>
    public Guid? GapId { get; init; }
    /// <summary>The question as people read it.</summary>
    public required string Ask { get; set; }
    /// <summary>Why it is asked.</summary>
    public string? Why { get; set; }
    /// <summary>The entity type that is asked about; null for a question in words, whose answer becomes an entity of type faq.</summary>
    public string? Type { get; init; }
    public string? Field { get; init; }
    /// <summary>The one thing that is asked about; null for all that lack it.</summary>
    public Guid? EntityId { get; init; }
    /// <summary>The key and name that a thing gets which is not known yet.</summary>
    public string? ThingKey { get; init; }
    public string? ThingName { get; init; }
    public QuestionState State { get; set; }
    public required Guid? AskedBy { get; init; }
    public required string AskedByName { get; init; }
    public required DateTimeOffset AskedAt { get; init; }
    /// <summary>Who is asked; null for anybody who may answer.</summary>
    public Guid? AssigneeId { get; set; }
    public string? AssigneeName { get; set; }
    public DateOnly? DueOn { get; set; }
    public Guid? AnsweredBy { get; set; }
    public string? AnsweredByName { get; set; }
    public DateTimeOffset? AnsweredAt { get; set; }
    public int Version { get; set; } = 1;

    public bool IsOpen => State is QuestionState.Open or QuestionState.Later;
}
