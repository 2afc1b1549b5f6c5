using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

/// <summary>What was said about an entity, how fresh it is, and standing for it.</summary>
internal static class FactsApi
{
    public static void MapFacts(this RouteGroupBuilder context)
    {
        context.MapGet("/entities/{id:guid}/facts", Facts).WithSummary("Everything that was ever said about an entity, newest first; with asOf only what was believed then").Produces<Page<FactView>>();
        context.MapPost("/facts/{id:guid}/verify", Verify).WithSummary("Stand for a fact: a volatile one is fresh again").Produces<FactView>();
    }

    private static async Task<IResult> Facts(Guid id, HttpContext http, ListFacts list, ReadEntity read, EntityTypes types, TimeProvider clock, string? field, int? limit, string? cursor, string? asOf)
    {
        var actor = http.User.ToActor()!;
        var moment = AsOf.Read(asOf);
        if (moment.Refusal is { } unclear)
            return unclear.ToProblem();
        var found = await list.Run(actor, new FactFilter(id, field, limit, cursor, moment.Value), http.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal.ToProblem();
        var type = await TypeOf(actor, id, read, types, http.RequestAborted);
        var at = moment.Value ?? clock.GetUtcNow();
        return Results.Json(new Page<FactView>([.. found.Value.Items.Select(f => FactView.Of(f, type, at))], found.Value.Next), Json.Options);
    }

    private static async Task<IResult> Verify(Guid id, HttpContext http, VerifyFact verify, ReadEntity read, EntityTypes types, TimeProvider clock)
    {
        var actor = http.User.ToActor()!;
        var verified = await verify.Run(actor, id, http.RequestAborted);
        return verified.Refusal?.ToProblem()
            ?? Results.Json(FactView.Of(verified.Value, await TypeOf(actor, verified.Value.EntityId, read, types, http.RequestAborted), clock.GetUtcNow()), Json.Options);
    }

    private static async Task<EntityTypeDefinition?> TypeOf(Actor actor, Guid entity, ReadEntity read, EntityTypes types, CancellationToken cancel)
    {
        var known = await read.Run(actor, entity, removedToo: true, cancel);
        var catalogue = await types.Catalogue(actor, cancel);
        return known.Ok && catalogue.Ok ? catalogue.Value.Of(known.Value.Entity.Type) : null;
    }
}
