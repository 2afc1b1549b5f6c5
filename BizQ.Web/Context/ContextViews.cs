using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Web.Context;

/// <summary>An entity as the API shows it.</summary>
/// <param name="Findings">What it lacks, or says otherwise than its type expects; only where one entity is shown.</param>
public sealed record EntityView(
    Guid Id, string Type, string Name, string? Key, JsonElement Data, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version, IReadOnlyList<TypeFinding>? Findings = null)
{
    public static EntityView Of(Entity e) => new(e.Id, e.Type, e.Name, e.Key, e.Data, e.CreatedAt, e.UpdatedAt, e.Version);
}

/// <summary>A fact as the API shows it.</summary>
/// <param name="ObservedAt">When it was seen to be so.</param>
/// <param name="RecordedAt">When BizQ learned of it.</param>
/// <param name="SupersededBy">The fact that took its place; null while it holds.</param>
/// <param name="Freshness">Whether it can be relied on now, or at the moment that was asked about.</param>
/// <param name="InVersion">The version of the entity it is part of.</param>
public sealed record FactView(
    Guid Id, Guid EntityId, string Field, JsonElement Value, SourceKind Source, string SourceName, DateTimeOffset ObservedAt, double Confidence,
    string? VerifiedBy, DateTimeOffset? VerifiedAt, Guid? SupersededBy, DateTimeOffset RecordedAt, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo,
    Guid? SourceId, Guid? PassageId, int? Page, DateTimeOffset? SupersededAt, int InVersion, Freshness Freshness)
{
    public static FactView Of(Fact f, EntityTypeDefinition? type, DateTimeOffset at) => new(
        f.Id, f.EntityId, f.Field, f.Value, f.Source, f.SourceName, f.ObservedAt, f.Confidence, f.VerifierName, f.VerifiedAt, f.SupersededBy, f.RecordedAt, f.ValidFrom, f.ValidTo,
        f.SourceId, f.PassageId, f.PageNumber, f.SupersededAt, f.InVersion, Freshness.Of(f, type, at));
}
