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
    public string? Key
    {
        get;
        set
        {
            field = value;
            LookupKey = Lookup.Of(value);
        }
    }
    /// <summary>The key as it is compared: OG-1042 and og-1042 are the same order.</summary>
    public string? LookupKey { get; private set; }
    public required JsonElement Data { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? RemovedAt { get; set; }
    /// <summary>Counts the changes; the ETag of the API and the concurrency token.</summary>
    public int Version { get; set; } = 1;
}

public enum SourceKind { Person, Api, Document, Mail, Interview, Inferred, Sample, Import }

/// <summary>One dated, sourced statement about one field of an entity. Never changed; superseded by a newer one.</summary>
public sealed class Fact : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required Guid EntityId { get; init; }
    /// <summary>The top-level field of the entity's data.</summary>
    public required string Field { get; init; }
    /// <summary>Its value; JSON null says "no longer known".</summary>
    public required JsonElement Value
    {
        get;
        init
        {
            field = value;
            Lookup = Context.Lookup.Of(value);
        }
    }
    /// <summary>The value as it is compared when entities are looked up by a field; null for what is not a single value.</summary>
    public string? Lookup { get; private set; }
    public required SourceKind Source { get; init; }
    /// <summary>Who or what said so: a person's name, a document's title and page, a mail's Message-ID.</summary>
    public required string SourceName { get; init; }
    /// <summary>The document, mail, interview or import it comes from.</summary>
    public Guid? SourceId { get; init; }
    /// <summary>The passage of the document that says so, so that a citation opens at the place.</summary>
    public Guid? PassageId { get; init; }
    /// <summary>The document's page, from 1.</summary>
    public int? PageNumber { get; init; }
    /// <summary>When it was seen to be so, which may be long before it was written here.</summary>
    public required DateTimeOffset ObservedAt { get; init; }
    /// <summary>When BizQ learned of it: what was believed on a day is what was recorded by then.</summary>
    public required DateTimeOffset RecordedAt { get; init; }
    /// <summary>Since when it holds; null for always.</summary>
    public DateTimeOffset? ValidFrom { get; init; }
    /// <summary>Until when it holds, that moment not included; null for no known end.</summary>
    public DateTimeOffset? ValidTo { get; init; }
    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;
    public Guid? VerifiedBy { get; set; }
    public string? VerifierName { get; set; }
    public DateTimeOffset? VerifiedAt { get; set; }
    public Guid? SupersededBy { get; private set; }
    /// <summary>Since when the newer one holds: when it was recorded, or later when it is valid only from then.</summary>
    public DateTimeOffset? SupersededAt { get; private set; }
    /// <summary>The version of the entity that this fact is part of.</summary>
    public int InVersion { get; set; } = 1;

    /// <summary>A newer fact takes this one's place.</summary>
    public void Supersede(Fact newer) =>
        (SupersededBy, SupersededAt) = (newer.Id, newer.ValidFrom is { } from && from > newer.RecordedAt ? from : newer.RecordedAt);
}

/// <summary>How keys and field values are compared: without regard to case, outer space and the way accents are encoded.</summary>
public static class Lookup
{
    // Enough for addresses, numbers and names; longer text is for search, and PostgreSQL's index takes no more than 2,700 bytes.
    private const int Most = 200;

    public static string? Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var folded = text.Trim().Normalize(System.Text.NormalizationForm.FormC).ToLowerInvariant();
        return folded.Length <= Most ? folded : null;
    }

    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Of(value.GetString()),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
