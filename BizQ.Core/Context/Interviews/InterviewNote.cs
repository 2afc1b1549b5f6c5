using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>What somebody said of a question instead of answering it.</summary>
public enum SlotMark { None, Later, Unknown }

/// <summary>Where an interview was left: what was written and not saved, put off, or passed on (table <c>context_interview_notes</c>).</summary>
public sealed class InterviewNote : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Interview { get; init; }
    public required string Slot { get; init; }
    public string? Text { get; set; }
    public SlotMark Mark { get; set; }
    /// <summary>The question to a colleague; once it is closed, it is asked here again.</summary>
    public Guid? QuestionId { get; set; }
    public required string ByName { get; set; }
    public required DateTimeOffset At { get; set; }
    public int Version { get; set; } = 1;
}

/// <summary>
/// A document that was given for an interview (table <c>context_interview_documents</c>): its answers are offered, and once it is
/// read it is held against what is known.
/// </summary>
public sealed class InterviewDocument : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required string Interview { get; init; }
    public required Guid DocumentId { get; init; }
    public required DateTimeOffset AddedAt { get; init; }
    public required string AddedByName { get; init; }
    public DateTimeOffset? ComparedAt { get; set; }
    /// <summary>Some process compares it until then; who died with it loses it to the next.</summary>
    public DateTimeOffset? ComparesUntil { get; set; }
    public int Attempts { get; set; }
    public int Version { get; set; } = 1;
}
