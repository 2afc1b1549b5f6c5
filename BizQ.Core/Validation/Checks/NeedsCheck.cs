using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Context;

namespace BizQ.Core.Validation.Checks;

/// <summary>What the agent says it cannot work without was there and fresh enough. The one check that time alone can change.</summary>
public sealed class NeedsCheck : ICheck
{
    public string Name => "needs";
    public string Title => "Needed context";
    public string Summary => "Everything the agent's definition needs was looked up, has the fields it needs and is no older than it may be.";

    public bool DependsOnTime => true;

    public IEnumerable<Finding> Look(CheckInput input) => input.Agent.Needs.SelectMany(need => Look(input, need));

    private IEnumerable<Finding> Look(CheckInput input, NeedDefinition need)
    {
        var used = input.Evidence.Where(e => e.Type.Equals(need.Type, StringComparison.OrdinalIgnoreCase) && e.Kind is "entity" or "passage").ToList();
        if (used.Count == 0)
            return need.Required ? [Missing(input, need)] : [];
        var complete = used.Where(e => MissingFields(e, need).Count == 0).ToList();
        if (complete.Count == 0)
            return [this.Review("neededFieldMissing", $"{used[0].Title} says nothing about {string.Join(", ", MissingFields(used[0], need))}, which {input.Agent.Name} needs of every {need.Type}.", used[0].Title)];
        var newest = complete.MaxBy(e => e.ObservedAt)!;
        var age = (input.Now - newest.ObservedAt).TotalDays;
        return need.MaxAgeDays is { } most && age > most
            ? [this.Review("neededContextStale", $"{newest.Title} was last seen {Math.Floor(age):0} days ago; {input.Agent.Name} needs every {need.Type} no older than {most} days.", newest.Title)]
            : [this.Allow("present", $"{newest.Title} was used, as needed ({need.Type}).", newest.Title)];
    }

    private Finding Missing(CheckInput input, NeedDefinition need) => input.TypesAtHand.Contains(need.Type)
        ? this.Review("neededContextNotFound", $"{input.Agent.Name} needs a {need.Type}, and none that fits this case was found.", need.Type)
        : this.Review("neededContextMissing", $"{input.Agent.Name} needs a {need.Type}, and the business knows none yet. Add it under Context.", need.Type);

    private static List<string> MissingFields(Evidence evidence, NeedDefinition need) => need.Fields is not { } fields || evidence.Kind == "passage"
        ? []
        : [.. fields.Where(field => evidence.Data is not { ValueKind: JsonValueKind.Object } data || !data.TryGetProperty(field, out var value) || IsEmpty(value))];

    private static bool IsEmpty(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
        || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()));
}
