using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

/// <summary>What is said about an entity.</summary>
/// <param name="Type">One lower-case word, such as customer.</param>
/// <param name="Name">Left out: taken from the data.</param>
/// <param name="Key">The business's own key; left out: taken from the data. The entity with this key is written, or a new one.</param>
/// <param name="Source">Who or what says so; left out: the API key's name.</param>
/// <param name="Verified">The caller stands for it.</param>
/// <param name="ObservedAt">When it was so; left out: now.</param>
/// <param name="ValidFrom">Since when it holds; left out: always.</param>
/// <param name="ValidTo">Until when it holds; left out: no known end.</param>
/// <param name="Confidence">0 to 1; left out: 1.</param>
/// <param name="DocumentId">The document that says so.</param>
/// <param name="PassageId">The passage of it.</param>
/// <param name="Page">Its page, from 1.</param>
public sealed record EntityBody(
    string? Type, string? Name, string? Key, JsonElement Data, string? Source = null, bool Verified = false, DateTimeOffset? ObservedAt = null,
    DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidTo = null, double? Confidence = null, Guid? DocumentId = null, Guid? PassageId = null, int? Page = null)
{
    public WriteEntityRequest ToRequest(Actor actor, Guid? id = null, int? expected = null) => new(
        id, Type ?? "", Name, Key, Data, DocumentId is null ? SourceKind.Api : SourceKind.Document, string.IsNullOrWhiteSpace(Source) ? actor.Name : Source, Verified, ObservedAt?.ToUniversalTime(), expected)
    {
        Place = DocumentId is null ? null : new SourcePlace(DocumentId, PassageId, Page),
        ValidFrom = ValidFrom?.ToUniversalTime(),
        ValidTo = ValidTo?.ToUniversalTime(),
        Confidence = Confidence,
    };
}

/// <summary>What somebody is offered whose edit came too late.</summary>
/// <param name="Current">What is there now; write with its version in If-Match.</param>
/// <param name="Opened">The data of the version the edit was made from; null when it is not in the history.</param>
/// <param name="Merged">The edit's changes on top of what is there now.</param>
/// <param name="Both">The fields both changed, where <paramref name="Merged"/> has the edit's value.</param>
public sealed record ConflictView(EntityView Current, JsonElement? Opened, JsonElement Merged, IReadOnlyList<string> Both);

/// <summary>Many entities, written all or not at all.</summary>
public sealed record EntitiesBody(IReadOnlyList<EntityBody>? Items);

internal static class EntitiesApi
{
    public static void MapEntities(this RouteGroupBuilder context)
    {
        var entities = context.MapGroup("/entities");
        entities.MapPost("/", Add).WithSummary("Say something about an entity: the one of this type with the key, or a new one (If-None-Match: * refuses to touch an old one)").Produces<EntityView>(StatusCodes.Status201Created);
        entities.MapPost("/import", Import).WithSummary("Write many entities in one transaction: all of them or none").Produces<Page<EntityView>>();
        entities.MapGet("/", List).WithSummary("Entities, newest first, or with q the best first; narrow by type, key and where=field:value; asOf shows what was believed then").Produces<Page<EntityView>>();
        entities.MapGet("/{id:guid}", Read).WithSummary("One entity, with what it lacks beside its type; its ETag is its version; asOf shows what was believed then").Produces<EntityView>();
        entities.MapPut("/{id:guid}", Edit).WithSummary("Write an entity as a whole: a field left out is no longer known (If-Match refuses to overwrite somebody else's change, and the problem then holds both changes put together)").Produces<EntityView>();
        entities.MapDelete("/{id:guid}", Remove).WithSummary("Take an entity out of lists and search; its facts stay").Produces(StatusCodes.Status204NoContent);
        entities.MapPost("/{id:guid}/restore", Restore).WithSummary("Put a removed entity back").Produces<EntityView>();
    }

    private static async Task<IResult> Add(HttpContext http, WriteEntity write, JudgeEntity judge, TimeProvider clock, EntityBody body)
    {
        var actor = http.User.ToActor()!;
        var started = clock.GetUtcNow();
        var onlyNew = http.Request.Headers.IfNoneMatch is ["*", ..];
        var written = await write.Run(actor, body.ToRequest(actor, expected: onlyNew ? 0 : null), http.RequestAborted);
        if (written.Refusal is { } refusal)
            return refusal.ToProblem();
        var isNew = written.Value.CreatedAt >= started;
        http.Response.Headers.Location = $"/api/v1/context/entities/{written.Value.Id}";
        return await Show(http, judge, written.Value, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> Import(HttpContext http, WriteEntities write, EntitiesBody body)
    {
        var actor = http.User.ToActor()!;
        if (body.Items is not { Count: > 0 } items)
            return Refusal.Invalid("nothingToImport", "Send { \"items\": [ … ] } with at least one entity.", new Problem("/items", "At least one entity.")).ToProblem();
        return (await write.Run(actor, [.. items.Select(item => item.ToRequest(actor))], http.RequestAborted))
            .ToHttp(written => Results.Json(new Page<EntityView>([.. written.Select(EntityView.Of)], null), Json.Options));
    }

    private static async Task<IResult> List(HttpContext http, FindEntities find, string? type, string? q, string? key, string[]? where, int? limit, string? cursor, string? asOf)
    {
        var moment = AsOf.Read(asOf);
        if (moment.Refusal is { } unclear)
            return unclear.ToProblem();
        var wanted = Filter(where, key);
        if (wanted.Refusal is { } notAFilter)
            return notAFilter.ToProblem();
        return (await find.Run(http.User.ToActor()!, new FindEntitiesRequest(string.IsNullOrWhiteSpace(type) ? "*" : type, wanted.Value, q, limit, cursor) { AsOf = moment.Value }, http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<EntityView>([.. page.Items.Select(EntityView.Of)], page.Next), Json.Options));
    }

    /// <summary>Conditions as where=field:value and key= say them.</summary>
    internal static Outcome<Dictionary<string, string>> Filter(string[]? where, string? key)
    {
        Dictionary<string, string> wanted = [];
        foreach (var condition in where ?? [])
        {
            if (condition.Split(':', 2) is not [{ Length: > 0 } field, { Length: > 0 } value])
                return Refusal.Invalid("badWhere", $"\"{condition}\" cannot be used in where: write field:value, such as where=city:Berlin.");
            wanted[field] = value;
        }
        if (key is { Length: > 0 })
            wanted["key"] = key;
        return wanted;
    }

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadEntity read, JudgeEntity judge, string? asOf)
    {
        var actor = http.User.ToActor()!;
        var moment = AsOf.Read(asOf);
        if (moment.Refusal is { } unclear)
            return unclear.ToProblem();
        var found = moment.Value is { } then ? await read.At(actor, id, then, http.RequestAborted) : await read.Run(actor, id, removedToo: false, http.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal.ToProblem();
        // What was believed has the version of that day, which is no tag to edit by; what it lacks is asked of what is known now.
        if (moment.Value is not null)
            return Results.Json(EntityView.Of(found.Value.Entity), Json.Options);
        return http.Request.Headers.IfNoneMatch.Contains(Etags.Of(found.Value.Entity.Version))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : await Show(http, judge, found.Value.Entity);
    }

    private static async Task<IResult> Edit(Guid id, HttpContext http, WriteEntity write, ReadEntity read, JudgeEntity judge, EntityMerge merge, EntityBody body)
    {
        var expected = Etags.IfMatch(http);
        if (expected.Refusal is { } refusal)
            return refusal.ToProblem();
        var actor = http.User.ToActor()!;
        // The type cannot change, so an edit need not say it again.
        var known = await read.Run(actor, id, removedToo: false, http.RequestAborted);
        if (known.Refusal is { } unknown)
            return unknown.ToProblem();
        var request = (body with { Type = body.Type ?? known.Value.Entity.Type }).ToRequest(actor, id, expected.Value);
        var written = await write.Run(actor, request, http.RequestAborted);
        return written.Refusal switch
        {
            null => await Show(http, judge, written.Value),
            { Kind: RefusalKind.Stale } late when request.ExpectedVersion is { } opened => await Choice(http, merge, late, id, opened, body.Data),
            var refused => refused.ToProblem(),
        };
    }

    /// <summary>Somebody else was first: what is there now and both changes put together, so that a program or a page can offer the choice.</summary>
    private static async Task<IResult> Choice(HttpContext http, EntityMerge merge, Refusal late, Guid id, int opened, JsonElement mine)
    {
        var choice = await merge.Run(http.User.ToActor()!, id, opened, mine, http.RequestAborted);
        if (!choice.Ok)
            return late.ToProblem();
        http.Response.Headers.ETag = Etags.Of(choice.Value.Current.Version);
        return late.ToProblem(("conflict", Json.Element(new ConflictView(EntityView.Of(choice.Value.Current), choice.Value.Opened, choice.Value.Merged, choice.Value.Both))));
    }

    private static async Task<IResult> Remove(Guid id, HttpContext http, RemoveEntity remove)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await remove.Run(http.User.ToActor()!, id, expected.Value, http.RequestAborted)).ToHttp(_ => Results.NoContent());
    }

    private static async Task<IResult> Restore(Guid id, HttpContext http, RemoveEntity remove, JudgeEntity judge)
    {
        var restored = await remove.Restore(http.User.ToActor()!, id, http.RequestAborted);
        return restored.Refusal?.ToProblem() ?? await Show(http, judge, restored.Value);
    }

    internal static async Task<IResult> Show(HttpContext http, JudgeEntity judge, Entity entity, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = Etags.Of(entity.Version);
        return (await judge.Run(http.User.ToActor()!, entity, http.RequestAborted))
            .ToHttp(findings => Results.Json(EntityView.Of(entity) with { Findings = findings }, Json.Options, statusCode: status));
    }
}
