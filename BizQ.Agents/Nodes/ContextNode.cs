using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Nodes;

/// <summary>Looks up what the business knows, and records everything it hands out as evidence.</summary>
public sealed class ContextNode(SearchContext search, FindEntities entities) : INodeKind
{
    private const int UsualPassages = 5;

    public NodeDescription Description { get; } = new(
        "context", "Look up", "Looks up what the business knows: passages that fit a text, and entities by their fields.", "Search",
        JsonElement.Parse("""
        {
          "type": "object", "additionalProperties": false,
          "properties": {
            "search": { "type": "string", "title": "Search for", "description": "Any text, also a whole mail; expressions in {{ }}." },
            "types": { "type": "array", "title": "Only these types", "description": "Entity types and document; all when left out.", "items": { "type": "string" } },
            "limit": { "type": "integer", "title": "At most", "minimum": 1, "maximum": 20 },
            "entities": {
              "type": "array", "title": "Entities", "maxItems": 10,
              "items": {
                "type": "object", "additionalProperties": false, "required": ["as", "type", "where"],
                "properties": {
                  "as": { "type": "string", "title": "Name it", "minLength": 1 },
                  "type": { "type": "string", "title": "Type", "minLength": 1 },
                  "where": { "type": "object", "title": "Where", "description": "Fields (or key) that must equal a text; a field that is empty finds nothing." }
                }
              }
            }
          }
        }
        """),
        "{ found, passages: [{ id, ownerId, title, text, source, observedAt }], entities: { name: { id, type, name, data, version } or null } }",
        ["/search", "/entities/*/where/*"]);

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var actor = new Actor(run.WorkspaceId, ActorKind.Agent, run.AgentId, run.Agent.Name, new HashSet<Permission> { Permission.View });
        var evidence = new List<Evidence>();
        var found = new Dictionary<string, object?>();
        foreach (var wanted in Wanted(run))
        {
            if (!MayRead(run.Agent, wanted.Type))
                return new NodeResult.Failed("contextNotPermitted", $"{run.Agent.Name} may not read {wanted.Type}. Add it to permissions.context if it should.");
            var entity = await Find(actor, wanted, cancel);
            found[wanted.As] = entity is null ? null : new { entity.Id, entity.Type, entity.Name, entity.Data, entity.Version };
            if (entity is not null)
                evidence.Add(EvidenceOf(entity));
        }
        var passages = await Passages(actor, run, cancel);
        if (passages.Refusal is { } refusal)
            return new NodeResult.Failed(refusal.Code, refusal.Message);
        evidence.AddRange(passages.Value.Select(EvidenceOf));
        var output = Json.Element(new
        {
            found = evidence.Count > 0,
            passages = passages.Value.Select(hit => new { hit.Id, hit.OwnerId, hit.Title, hit.Text, hit.Source, hit.ObservedAt }),
            entities = found,
        });
        return new NodeResult.Completed(output, evidence);
    }

    private async Task<Entity?> Find(Actor actor, EntityWish wanted, CancellationToken cancel)
    {
        // An empty condition would find anybody; it means that what should identify the entity was not there.
        if (wanted.Where.Count == 0 || wanted.Where.Values.Any(string.IsNullOrWhiteSpace))
            return null;
        var page = await entities.Run(actor, new FindEntitiesRequest(wanted.Type, wanted.Where, Limit: 1), cancel);
        return page.Ok ? (page.Value.Items is [var first, ..] ? first : null) : throw new InvalidOperationException(page.Refusal!.Message);
    }

    private async Task<Outcome<IReadOnlyList<SearchHit>>> Passages(Actor actor, NodeRun run, CancellationToken cancel)
    {
        if (!run.Settings.TryGetProperty("search", out var text) || text.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(text.GetString()))
            return Array.Empty<SearchHit>();
        var types = run.Settings.TryGetProperty("types", out var list) ? list.EnumerateArray().Select(t => t.GetString()!).ToList() : null;
        if (!run.Agent.Permissions.Context.Contains("*"))
            types = [.. (types ?? [.. run.Agent.Permissions.Context]).Where(type => MayRead(run.Agent, type))];
        if (types is { Count: 0 })
            return Array.Empty<SearchHit>();
        var limit = run.Settings.TryGetProperty("limit", out var most) && most.TryGetInt32(out var given) ? given : UsualPassages;
        var page = await search.Run(actor, new SearchQuery(text.GetString()!, types, limit), cancel);
        return page.Refusal is { } refusal ? refusal : page.Value.Items.ToArray();
    }

    private static bool MayRead(AgentDefinition agent, string type) => agent.Permissions.Context.Contains("*") || agent.Permissions.Context.Contains(type);

    private static IEnumerable<EntityWish> Wanted(NodeRun run)
    {
        if (!run.Settings.TryGetProperty("entities", out var list))
            yield break;
        foreach (var item in list.EnumerateArray())
        {
            var where = item.GetProperty("where").EnumerateObject().ToDictionary(
                field => field.Name, field => field.Value.ValueKind == JsonValueKind.Null ? "" : field.Value.ToString(), StringComparer.Ordinal);
            yield return new EntityWish(item.GetProperty("as").GetString()!, item.GetProperty("type").GetString()!, where);
        }
    }

    private static Evidence EvidenceOf(Entity entity) =>
        new("entity", entity.Id, entity.Type, entity.Name, "what the business knows", entity.UpdatedAt, entity.Version, EntityText.Of(entity.Data), entity.Data, entity.Id);

    private static Evidence EvidenceOf(SearchHit hit) =>
        new(hit.Kind == SearchKind.Entity ? "entity" : "passage", hit.Id, hit.Type, hit.Title, hit.Source, hit.ObservedAt, hit.Version, hit.Text, OwnerId: hit.OwnerId);

    private sealed record EntityWish(string As, string Type, IReadOnlyDictionary<string, string> Where);
}
