using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Effects;

/// <param name="Changes">What differs now, one sentence each; empty when nothing does.</param>
/// <param name="Evidence">The evidence as it stands now.</param>
public sealed record LookedAgain(IReadOnlyList<string> Changes, IReadOnlyList<Evidence> Evidence);

/// <summary>
/// Compares what an effect relied on with what the business knows now. Only a difference in what was said counts: an entity
/// that was merely verified again, or written with the same values, has not changed.
/// </summary>
public sealed class LookAgain(BizQDatabase database)
{
    public async Task<LookedAgain> At(Guid workspaceId, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var entityIds = evidence.Where(e => e is { Kind: "entity", Id: not null }).Select(e => e.Id!.Value).Distinct().ToList();
        var documentIds = evidence.Where(e => e is { Kind: "passage", OwnerId: not null }).Select(e => e.OwnerId!.Value).Distinct().ToList();
        if (entityIds.Count + documentIds.Count == 0)
            return new LookedAgain([], evidence);
        await using var db = database.Open(workspaceId);
        var entities = entityIds.Count == 0 ? [] : await db.Entities.AsNoTracking().Where(e => entityIds.Contains(e.Id) && e.RemovedAt == null).ToDictionaryAsync(e => e.Id, cancel);
        var documents = documentIds.Count == 0 ? [] : await db.Documents.Where(d => documentIds.Contains(d.Id)).ToDictionaryAsync(d => d.Id, d => d.Version, cancel);
        var changes = new List<string>();
        var now = evidence.Select(one => one.Kind switch
        {
            "entity" when one.Id is { } id => OfEntity(one, entities.GetValueOrDefault(id), changes),
            "passage" when one.OwnerId is { } owner => OfDocument(one, documents.TryGetValue(owner, out var version) ? version : null, changes),
            _ => one,
        }).OfType<Evidence>().ToList();
        return new LookedAgain(changes, now);
    }

    private static Evidence? OfEntity(Evidence before, Entity? now, List<string> changes)
    {
        if (now is null)
        {
            changes.Add($"{before.Title} was removed.");
            return null;
        }
        if (now.Version == before.Version)
            return before;
        if (before.Data is { } data)
            changes.AddRange(Differences(before.Title, data, now.Data));
        else
            changes.Add($"{before.Title} was changed.");
        return before with { Title = now.Name, Version = now.Version, Data = now.Data, Text = EntityText.Of(now.Data), ObservedAt = now.UpdatedAt };
    }

    private static Evidence? OfDocument(Evidence before, int? version, List<string> changes)
    {
        if (version == before.Version)
            return before;
        changes.Add(version is null ? $"The document {before.Title} was removed." : $"The document {before.Title} was changed.");
        return version is null ? null : before with { Version = version.Value };
    }

    private static IEnumerable<string> Differences(string title, JsonElement before, JsonElement now)
    {
        if (before.ValueKind != JsonValueKind.Object || now.ValueKind != JsonValueKind.Object)
        {
            if (!JsonElement.DeepEquals(before, now))
                yield return $"{title} was changed.";
            yield break;
        }
        foreach (var field in before.EnumerateObject().Select(m => m.Name).Union(now.EnumerateObject().Select(m => m.Name)))
        {
            var (was, isNow) = (Value(before, field), Value(now, field));
            if (was != isNow)
                yield return $"{title}: {EntityText.Words(field)} was {was ?? "unknown"}, and is now {isNow ?? "unknown"}.";
        }
    }

    private static string? Value(JsonElement data, string field) => data.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null
        ? value.ValueKind == JsonValueKind.String ? $"'{value.GetString()}'" : CanonicalJson.Of(value) is { Ok: true } text ? text.Value : value.GetRawText()
        : null;
}
