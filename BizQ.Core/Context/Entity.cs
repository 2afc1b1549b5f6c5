using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Context;

/// <summary>A thing the business knows of. <see cref="Data"/> is the current projection of its facts.</summary>
public sealed class Entity : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    /// <summary>Lower-case type name: customer, product, order, policy, …</summary>
    public required string Type { get; init; }
    /// <summary>What people call it; taken from the data (name, title, number, e-mail) when not given.</summary>
    public required string Name { get; set; }
    /// <summary>The business's own key (an order number, a customer's mail address), unique per type when present.</summary>
    public string? Key { get; set; }
    public required JsonElement Data { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? RemovedAt { get; set; }
    /// <summary>Counts the changes; the ETag of the API and the concurrency token.</summary>
    public int Version { get; set; } = 1;
}

public enum SourceKind { Person, Api, Document, Mail, Interview, Inferred, Sample }

/// <summary>One dated, sourced statement about one field of an entity. Never changed; superseded by a newer one.</summary>
public sealed class Fact : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EntityId { get; init; }
    /// <summary>The top-level field of the entity's data.</summary>
    public required string Field { get; init; }
    /// <summary>Its value; JSON null says "no longer known".</summary>
    public required JsonElement Value { get; init; }
    public required SourceKind Source { get; init; }
    /// <summary>Who or what said so: a person's name, a document's title and page, a mail's Message-ID.</summary>
    public required string SourceName { get; init; }
    public Guid? SourceId { get; init; }
    public required DateTimeOffset ObservedAt { get; init; }
    public DateTimeOffset? ValidTo { get; init; }
    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;
    public Guid? VerifiedBy { get; set; }
    public string? VerifierName { get; set; }
    public DateTimeOffset? VerifiedAt { get; set; }
    public Guid? SupersededBy { get; set; }
}
