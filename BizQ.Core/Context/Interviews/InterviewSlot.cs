namespace BizQ.Core.Context;

/// <summary><c>Doubtful</c>: known, but stale or contradicted. <c>Asked</c>: a colleague is asked.</summary>
public enum SlotState { Known, Doubtful, Open, Later, Unknown, Asked }

/// <summary>One goal of an interview beside what is known: what is asked of which thing, and where the answer stands.</summary>
/// <param name="Id">The goal's id; with the entity's where the goal is about every thing of a type.</param>
/// <param name="Thing">Null for a thing that is not known at all yet.</param>
/// <param name="Fact">What is known; null for nothing.</param>
/// <param name="Disputed">Another source says otherwise, and nobody has decided.</param>
/// <param name="Typed">What somebody has written and not saved yet.</param>
/// <param name="Agents">The agents that need it.</param>
public sealed record InterviewSlot(
    string Id, InterviewGoal Goal, Entity? Thing, SlotState State, Fact? Fact, Freshness? Freshness, bool Disputed, string? Typed, string? AskedName, IReadOnlyList<string> Agents)
{
    /// <summary>Still to be asked, whoever is asked.</summary>
    public bool IsOpen => State is not (SlotState.Known or SlotState.Doubtful);

    /// <summary>What the thing is called, also before it is there; null where its name is still to be given.</summary>
    public string? ThingName => Thing?.Name ?? Goal.Thing?.Name;
}

/// <param name="Known">Of <paramref name="Expected"/>, what can be relied on. Goals about every thing of a type count each thing, also those that are not listed.</param>
public sealed record SectionState(InterviewSection Section, IReadOnlyList<InterviewSlot> Slots, long Known, long Expected);

/// <param name="Agents">The agents that need something this interview asks for, as they are provided for now.</param>
public sealed record InterviewDetail(InterviewTemplate Template, IReadOnlyList<SectionState> Sections, IReadOnlyList<AgentCoverage> Agents, IReadOnlyList<InterviewPaper> Papers)
{
    public long Known => Sections.Sum(s => s.Known);

    public long Expected => Sections.Sum(s => s.Expected);

    public InterviewSlot? Slot(string id) => Sections.SelectMany(s => s.Slots).FirstOrDefault(s => s.Id == id);
}

/// <summary>A document that was given for an interview.</summary>
/// <param name="Compared">It has been held against what is known.</param>
public sealed record InterviewPaper(Guid DocumentId, string Title, DocumentState State, bool Compared);
