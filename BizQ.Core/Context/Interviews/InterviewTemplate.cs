namespace BizQ.Core.Context;

/// <summary>
/// A checklist of what a business should be able to say about one side of itself, as somebody who knows the trade would go through
/// it. It is not a form: only what is not known yet, or not known well, is asked.
/// </summary>
/// <param name="Name">Lower-case, as addresses name it.</param>
/// <param name="Icon">The name of a Material icon in snake_case.</param>
public sealed record InterviewTemplate(string Name, string Title, string About, string Icon, IReadOnlyList<InterviewSection> Sections)
{
    public IEnumerable<InterviewGoal> Goals => Sections.SelectMany(s => s.Goals);
}

public sealed record InterviewSection(string Title, IReadOnlyList<InterviewGoal> Goals, string? About = null);

/// <summary>One thing that ought to be known: a field of an entity.</summary>
/// <param name="Id">Unique in its interview.</param>
/// <param name="Why">What it is good for, so that people know why they are asked.</param>
/// <param name="Thing">The one thing that is meant, such as the policy on returns; null for every thing of the type.</param>
/// <param name="Prose">The answer is sentences, not a value.</param>
public sealed record InterviewGoal(string Id, string Type, string Field, string Ask, string Why, string? Example = null, GoalThing? Thing = null, bool Prose = false);

/// <param name="Key">The thing's key. The type's own name: a business has one of these, whatever its key.</param>
/// <param name="Name">What it is called when it is made; null for the name of the workspace.</param>
public sealed record GoalThing(string Key, string? Name = null)
{
    public bool IsSole(string type) => Key == type;
}
