using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Interviews;

public sealed record InterviewSummaryView(string Name, string Title, string About, long Known, long Expected, bool Needed);

/// <summary>One question: of which field of which thing, and where the answer stands.</summary>
public sealed record SlotView(
    string Id, string Ask, string Why, string? Example, string Type, string Field, Guid? EntityId, string? Entity, SlotState State, JsonElement? Value, string? Source, DateTimeOffset? ObservedAt,
    bool Disputed, string? Typed, string? Asked, IReadOnlyList<string> Agents)
{
    public static SlotView Of(InterviewSlot s) => new(
        s.Id, s.Goal.Ask, s.Goal.Why, s.Goal.Example, s.Goal.Type, s.Goal.Field, s.Thing?.Id, s.ThingName, s.State, s.Fact?.Value, s.Fact?.SourceName, s.Fact?.ObservedAt, s.Disputed, s.Typed, s.AskedName, s.Agents);
}

public sealed record SectionView(string Title, string? About, long Known, long Expected, IReadOnlyList<SlotView> Slots);

public sealed record InterviewView(string Name, string Title, string About, long Known, long Expected, IReadOnlyList<SectionView> Sections)
{
    public static InterviewView Of(InterviewDetail d) => new(d.Template.Name, d.Template.Title, d.Template.About, d.Known, d.Expected,
        [.. d.Sections.Select(s => new SectionView(s.Section.Title, s.Section.About, s.Known, s.Expected, [.. s.Slots.Select(SlotView.Of)]))]);
}
