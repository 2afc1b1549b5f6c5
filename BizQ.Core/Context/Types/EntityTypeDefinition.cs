using System.Text.Json;
using System.Text.Json.Serialization;

namespace BizQ.Core.Context;

/// <summary>A field whose value does not stay true by itself.</summary>
/// <param name="Days">How long after it was last seen or verified it is still taken for true.</param>
public sealed record VolatileField(string Field, int Days);

/// <summary>
/// What the business ought to know of things of one sort. A type warns and never refuses: knowledge that is incomplete is kept, and
/// what it lacks is what coverage measures.
/// </summary>
/// <param name="Name">Lower-case, as entities name it.</param>
/// <param name="Icon">The name of a Material icon in snake_case.</param>
/// <param name="Category">What coverage counts it under: company, customers, products, …</param>
/// <param name="Schema">A JSON Schema for the data. A property with <c>x-entity</c> holds the key of an entity of that type and becomes a relation, named by <c>x-relation</c> or by the property.</param>
/// <param name="Required">Top-level fields without which one is incomplete.</param>
/// <param name="Volatile">Fields that go stale.</param>
public sealed record EntityTypeDefinition(
    string Name,
    string Title,
    string Plural,
    string Icon,
    string Category,
    JsonElement Schema,
    IReadOnlyList<string> Required,
    IReadOnlyList<VolatileField> Volatile,
    string? About = null)
{
    /// <summary>How long a field's value is taken for true; null for one that stays true.</summary>
    public TimeSpan? LifetimeOf(string field) =>
        Volatile.FirstOrDefault(v => v.Field == field) is { } found ? TimeSpan.FromDays(found.Days) : null;

    /// <summary>The references to other entities in the data of this type.</summary>
    [JsonIgnore]
    public IReadOnlyList<EntityReference> References => field ??= EntityReference.In(Schema);
}

/// <summary>Where a type's definition comes from. <c>Overridden</c>: a built-in one that the workspace reads its own way. <c>Undefined</c>: only entities name it.</summary>
public enum TypeOrigin { BuiltIn, Overridden, Own, Undefined }
