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
public sealed record EntityBody(string? Type, string? Name, string? Key, JsonElement Data, string? Source = null, bool Verified = false, DateTimeOffset? ObservedAt = null)
{
    public WriteEntityRequest ToRequest(Actor actor, Guid? id = null, int? expected = null) => new(
        id, Type ?? "", Name, Key, Data, SourceKind.Api, string.IsNullOrWhiteSpace(Source) ? actor.Name : Source, Verified, ObservedAt?.ToUniversalTime(), expected);
}

/// <summary>Many entities, written all or not at all.</summary>
public sealed record EntitiesBody(IReadOnlyList<EntityBody>? Items);

internal static class EntitiesApi
{
    public static void MapEntities(this RouteGroupBuilder context)
    {
        var entities = context.MapGroup("/entities");
        entities.MapPost("/", Add).WithSummary("Say something about an entity: the one of this type with the key, or a new one (If-None-Match: * refuses to touch an old one)").Produces<EntityView>(StatusCodes.Status201Created);
        entities.MapPost("/import", Import).WithSummary("Write many entities in one transaction: all of them or none").Produces<Page<EntityView>>();
        entities.MapGet("/", List).WithSummary("Entities, newest first, or with q the best first; narrow by type, key and where=field:value").Produces<Page<EntityView>>();
        entities.MapGet("/{id:guid}", Read).WithSummary("One entity; its ETag is its version").Produces<EntityView>();
        entities.MapPut("/{id:guid}", Edit).WithSummary("Write an entity as a whole: a field left out is no longer known (If-Match refuses to overwrite somebody else's change)").Produces<EntityView>();
        entities.MapDelete("/{id:guid}", Remove).WithSummary("Take an entity out of lists and search; its facts stay").Produces(StatusCodes.Status204NoContent);
        entities.MapPost("/{id:guid}/restore", Restore).WithSummary("Put a removed entity back").Produces<EntityView>();
        entities.MapGet("/{id:guid}/facts", Facts).WithSummary("Everything that was ever said about an entity, newest first").Produces<Page<FactView>>();
        context.MapPost("/facts/{id:guid}/verify", Verify).WithSummary("Stand for a fact").Produces<FactView>();
    }

    private static async Task<IResult> Add(HttpContext http, WriteEntity write, TimeProvider clock, EntityBody body)
    {
        var actor = http.User.ToActor()!;
        var started = clock.GetUtcNow();
        var onlyNew = http.Request.Headers.IfNoneMatch is ["*", ..];
        return (await write.Run(actor, body.ToRequest(actor, expected: onlyNew ? 0 : null), http.RequestAborted)).ToHttp(entity =>
        {
            var isNew = entity.CreatedAt >= started;
            http.Response.Headers.Location = $"/api/v1/context/entities/{entity.Id}";
            return Show(http, entity, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private static async Task<IResult> Import(HttpContext http, WriteEntities write, EntitiesBody body)
    {
        var actor = http.User.ToActor()!;
        if (body.Items is not { Count: > 0 } items)
            return Refusal.Invalid("nothingToImport", "Send { \"items\": [ … ] } with at least one entity.", new Problem("/items", "At least one entity.")).ToProblem();
        return (await write.Run(actor, [.. items.Select(item => item.ToRequest(actor))], http.RequestAborted))
            .ToHttp(written => Results.Json(new Page<EntityView>([.. written.Select(EntityView.Of)], null), Json.Options));
    }

    private static async Task<IResult> List(HttpContext http, FindEntities find, string? type, string? q, string? key, string[]? where, int? limit, string? cursor)
    {
        Dictionary<string, string> wanted = [];
        foreach (var condition in where ?? [])
        {
            if (condition.Split(':', 2) is not [{ Length: > 0 } field, { Length: > 0 } value])
                return Refusal.Invalid("badWhere", $"\"{condition}\" cannot be used in where: write field:value, such as where=city:Berlin.").ToProblem();
            wanted[field] = value;
        }
        if (key is { Length: > 0 })
            wanted["key"] = key;
        return (await find.Run(http.User.ToActor()!, new FindEntitiesRequest(string.IsNullOrWhiteSpace(type) ? "*" : type, wanted, q, limit, cursor), http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<EntityView>([.. page.Items.Select(EntityView.Of)], page.Next), Json.Options));
    }

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadEntity read) =>
        (await read.Run(http.User.ToActor()!, id, removedToo: false, http.RequestAborted)).ToHttp(detail =>
            http.Request.Headers.IfNoneMatch.Contains(Etags.Of(detail.Entity.Version)) ? Results.StatusCode(StatusCodes.Status304NotModified) : Show(http, detail.Entity));

    private static async Task<IResult> Edit(Guid id, HttpContext http, WriteEntity write, ReadEntity read, EntityBody body)
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
        return (await write.Run(actor, request, http.RequestAborted)).ToHttp(entity => Show(http, entity));
    }

    private static async Task<IResult> Remove(Guid id, HttpContext http, RemoveEntity remove)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await remove.Run(http.User.ToActor()!, id, expected.Value, http.RequestAborted)).ToHttp(_ => Results.NoContent());
    }

    private static async Task<IResult> Restore(Guid id, HttpContext http, RemoveEntity remove) =>
        (await remove.Restore(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(entity => Show(http, entity));

    private static async Task<IResult> Facts(Guid id, HttpContext http, ListFacts list, string? field, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new FactFilter(id, field, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<FactView>([.. page.Items.Select(FactView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Verify(Guid id, HttpContext http, VerifyFact verify) =>
        (await verify.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(fact => Results.Json(FactView.Of(fact), Json.Options));

    private static IResult Show(HttpContext http, Entity entity, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = Etags.Of(entity.Version);
        return Results.Json(EntityView.Of(entity), Json.Options, statusCode: status);
    }
}
