using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Nodes;

/// <summary>Looks up what the business knows, within what the agent may read. Everything it returns is evidence of the run.</summary>
public sealed class ContextNode(SearchContext search, FindEntities find, CiteEntities cite, FindDoubts doubts, NoteGaps gaps) : INodeKind
{
    private const int UsualPassages = 5;
    private const int MostPassages = 20;

    public NodeDescription Description { get; } = new(
        "context", "Look up", "Finds passages and things the business knows, with their sources and dates.", "MenuBook",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "search": { "type": "string", "title": "Search for", "description": "Words, a question or a whole mail, such as {{ trigger.mail.text }}. Leave it out to search for nothing.", "maxLength": 10000 },
                "types": { "type": "array", "title": "Search in", "description": "Entity types to search in, and \"document\" for passages of documents. Leave it out for everything.", "items": { "type": "string", "minLength": 1 }, "maxItems": 20 },
                "limit": { "type": "integer", "title": "At most", "description": "How many search results to return.", "minimum": 1, "maximum": 20, "default": 5 },
                "entities": {
                  "type": "array", "title": "Things to find", "maxItems": 20,
                  "description": "Each finds one thing by its fields and returns it under a name of your choice.",
                  "items": {
                    "type": "object", "additionalProperties": false, "required": ["as", "type", "where"],
                    "properties": {
                      "as": { "type": "string", "title": "Call it", "description": "The name it has in the output: steps.ID.output.entities.NAME.", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,49}$" },
                      "type": { "type": "string", "title": "Type", "description": "Its type, such as order.", "minLength": 1 },
                      "where": { "type": "object", "title": "Where", "description": "Fields (or \"key\") and the text each must equal. A field whose text is empty finds nothing.", "minProperties": 1, "maxProperties": 10, "additionalProperties": { "type": ["string", "number", "boolean"] } }
                    }
                  }
                }
              },
              "anyOf": [{ "required": ["search"] }, { "required": ["entities"] }]
            }
            """),
        "{ found: whether anything was found, passages: [{ id, ownerId, title, text, source, observedAt }], entities: { NAME: { id, type, name, data, version } or null } }",
        ["/search", "/entities/*/where/*"])
    {
        Rules =
        [
            "It reads only what `permissions.context` allows; anything else fails the step with `contextNotPermitted`.",
            "`document` allows every document that all people here may read, `document#TAG` those with a tag, `document:pdf` those of a format (pdf, word, excel, powerpoint, mail, mailbox, csv, text, markdown, html). A document that is not for everyone is read only by the agents its access names.",
            "A field of `where` whose text came out empty finds nothing, rather than somebody else's.",
            "Everything it returns becomes evidence of the run, with source and date, and later nodes may rely on it.",
        ],
    };

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var actor = CheckNeeds.ActorOf(run.WorkspaceId, run.AgentId, run.Agent);
        var settings = Json.Read<Settings>(run.Settings)!;
        var allowed = new Allowed(run.Agent.Permissions.Context);
        if ((settings.Entities ?? []).FirstOrDefault(e => !allowed.Includes(e.Type)) is { } foreign)
            return NotPermitted(run, foreign.Type);
        if ((settings.Types ?? []).FirstOrDefault(t => !allowed.Includes(t)) is { } closed)
            return NotPermitted(run, closed);
        var hits = await Search(actor, settings, allowed, cancel);
        if (hits.Refusal is { } refusal)
            return new NodeResult.Failed(refusal.Code, refusal.Message);
        if (hits.Value.Count == 0 && !run.Rehearsal && !string.IsNullOrWhiteSpace(settings.Search))
            await gaps.Nothing(run.WorkspaceId, GapKind.Search, settings.Search, run.RunId, run.AgentId, run.Agent.Name, cancel);
        var found = new Dictionary<string, Entity?>(StringComparer.Ordinal);
        foreach (var wanted in settings.Entities ?? [])
        {
            var entity = await Find(actor, wanted, cancel);
            if (entity.Refusal is { } failed)
                return new NodeResult.Failed(failed.Code, failed.Message);
            found[wanted.As] = entity.Value is [var first, ..] ? first : null;
        }
        var cited = await cite.Run(actor, [.. found.Values.OfType<Entity>().DistinctBy(e => e.Id)], cancel);
        return cited.Refusal is { } unread
            ? new NodeResult.Failed(unread.Code, unread.Message)
            : new NodeResult.Completed(OutputOf(hits.Value, found), await WithDoubts(actor, run, [.. cited.Value.Concat(hits.Value.Select(EvidenceOf)).DistinctBy(e => e.Id)], cancel));
    }

    /// <summary>What is stale or contradicted is used all the same, but it says so; and what is stale is counted as missed.</summary>
    private async Task<IReadOnlyList<Evidence>> WithDoubts(Actor actor, NodeRun run, IReadOnlyList<Evidence> evidence, CancellationToken cancel)
    {
        var found = await doubts.Run(actor, [.. evidence.Where(e => e is { Kind: "entity", Id: not null }).Select(e => e.Id!.Value)], cancel);
        if (!found.Ok || found.Value.Count == 0)
            return evidence;
        if (!run.Rehearsal)
            await gaps.Run(actor, [.. evidence.Where(e => e.Id is not null && found.Value.ContainsKey(e.Id.Value)).SelectMany(e => found.Value[e.Id!.Value].Select(d => (e.Type, d)))
                .Where(d => d.d.State == NeedState.Stale).Distinct().Select(d => Miss.Used(d.Type, d.d, run.RunId, actor))], cancel);
        return [.. evidence.Select(e => e.Id is { } id && found.Value.TryGetValue(id, out var mine) ? e with { Doubts = mine } : e)];
    }

    private async Task<Outcome<IReadOnlyList<SearchHit>>> Search(Actor actor, Settings settings, Allowed allowed, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(settings.Search))
            return new List<SearchHit>();
        var types = settings.Types is { Count: > 0 } ? settings.Types : allowed.Types;
        var page = await search.Run(actor, new SearchQuery(settings.Search, types, Math.Clamp(settings.Limit ?? UsualPassages, 1, MostPassages)), cancel);
        return page.Refusal is { } refusal ? refusal : page.Value.Items.ToList();
    }

    /// <summary>A field whose text is empty was not known when it was asked for; looking without it would find somebody else's.</summary>
    private async Task<Outcome<IReadOnlyList<Entity>>> Find(Actor actor, Wanted wanted, CancellationToken cancel)
    {
        var where = wanted.Where.ToDictionary(w => w.Key, w => w.Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? "" : w.Value.ToString().Trim());
        if (where.Count == 0 || where.Values.Any(text => text.Length == 0))
            return new List<Entity>();
        var page = await find.Run(actor, new FindEntitiesRequest(wanted.Type, where, Limit: 1), cancel);
        return page.Refusal is { } refusal ? refusal : page.Value.Items.ToList();
    }

    private static JsonElement OutputOf(IReadOnlyList<SearchHit> hits, Dictionary<string, Entity?> found) => Json.Element(new
    {
        found = hits.Count > 0 || found.Values.Any(e => e is not null),
        passages = hits.Select(h => new { h.Id, h.OwnerId, h.Title, h.Text, h.Source, h.ObservedAt }),
        entities = found.ToDictionary(f => f.Key, f => f.Value is { } e ? new { e.Id, e.Type, e.Name, e.Data, e.Version } : null),
    });

    private static Evidence EvidenceOf(SearchHit hit) => new(
        hit.Kind == SearchKind.Entity ? "entity" : "passage", hit.Id, hit.Type, hit.Title, hit.Source, hit.ObservedAt, hit.Version, hit.Text, OwnerId: hit.OwnerId);

    private static NodeResult.Failed NotPermitted(NodeRun run, string type) =>
        new("contextNotPermitted", $"{run.Agent.Name} may not read '{type}'. Add it to permissions.context if it should.");

    private sealed record Settings(string? Search, IReadOnlyList<string>? Types, int? Limit, IReadOnlyList<Wanted>? Entities);

    private sealed record Wanted(string As, string Type, IReadOnlyDictionary<string, JsonElement> Where);

    private sealed record Allowed(IReadOnlyList<string> Permitted)
    {
        /// <summary>Null when everything may be read.</summary>
        public IReadOnlyList<string>? Types => Permitted.Contains("*") ? null : [.. Permitted.Select(Access.TypeOf).Distinct(StringComparer.OrdinalIgnoreCase)];

        public bool Includes(string type) => Types is null || Types.Contains(type.Trim(), StringComparer.OrdinalIgnoreCase);
    }
}
