using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>What somebody is offered whose edit came too late.</summary>
/// <param name="Current">What is there now.</param>
/// <param name="Opened">The data of the version they had; null when it is not in the history.</param>
/// <param name="Merged">Their changes on top of what is there now.</param>
/// <param name="Both">The fields both changed, where <paramref name="Merged"/> has theirs.</param>
public sealed record MergeChoice(Entity Current, JsonElement? Opened, JsonElement Merged, IReadOnlyList<string> Both);

/// <summary>Two people edited one entity: what each changed, and both changes put together.</summary>
public sealed class EntityMerge(BizQDatabase database)
{
    public async Task<Outcome<MergeChoice>> Run(Actor actor, Guid id, int openedVersion, JsonElement mine, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Entities.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id && e.RemovedAt == null, cancel) is not { } current)
            return Refusal.NotFound("entity");
        await Access.Cover(db, actor, [current], cancel);
        var known = await db.EntityVersions.AnyAsync(v => v.EntityId == id && v.Number == openedVersion, cancel);
        var opened = known ? await FactsAt.InVersion(db, actor, id, openedVersion, cancel) : (JsonElement?)null;
        // Without what they opened, every field that differs may be theirs and may be ours.
        var (merged, both) = Of(opened ?? Json.EmptyObject, mine, current.Data);
        return new MergeChoice(current, opened, merged, both);
    }

    /// <summary>My changes on top of theirs: a field I did not touch takes their value. Those both changed are named. Pure.</summary>
    public static (JsonElement Data, IReadOnlyList<string> Both) Of(JsonElement opened, JsonElement mine, JsonElement theirs)
    {
        var (before, my, their) = (Map(opened), Map(mine), Map(theirs));
        var both = new List<string>();
        Dictionary<string, JsonElement> merged = new(StringComparer.Ordinal);
        foreach (var name in my.Keys.Concat(their.Keys).Concat(before.Keys).Distinct(StringComparer.Ordinal))
        {
            var touched = Differs(before, my, name);
            if (touched && Differs(before, their, name) && Differs(my, their, name))
                both.Add(name);
            if ((touched ? my : their).TryGetValue(name, out var value))
                merged[name] = value;
        }
        return (Json.Element(merged), both);
    }

    private static bool Differs(Dictionary<string, JsonElement> one, Dictionary<string, JsonElement> other, string name) =>
        one.TryGetValue(name, out var a) != other.TryGetValue(name, out var b) || (a.ValueKind != JsonValueKind.Undefined && !JsonElement.DeepEquals(a, b));

    private static Dictionary<string, JsonElement> Map(JsonElement data) => data.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
}
