using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Web.Context;

/// <summary>An entity as the API shows it.</summary>
public sealed record EntityView(Guid Id, string Type, string Name, string? Key, JsonElement Data, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version)
{
    public static EntityView Of(Entity e) => new(e.Id, e.Type, e.Name, e.Key, e.Data, e.CreatedAt, e.UpdatedAt, e.Version);
}

/// <summary>A fact as the API shows it.</summary>
/// <param name="SupersededBy">The fact that took its place; null while it holds.</param>
public sealed record FactView(
    Guid Id, Guid EntityId, string Field, JsonElement Value, SourceKind Source, string SourceName, DateTimeOffset ObservedAt, double Confidence,
    string? VerifiedBy, DateTimeOffset? VerifiedAt, Guid? SupersededBy)
{
    public static FactView Of(Fact f) => new(f.Id, f.EntityId, f.Field, f.Value, f.Source, f.SourceName, f.ObservedAt, f.Confidence, f.VerifierName, f.VerifiedAt, f.SupersededBy);
}
