using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

/// <summary>How an entity stands to another.</summary>
/// <param name="Kind">Lower camel case, read from the entity in the address to <paramref name="To"/>: placedBy, suppliedBy, …</param>
/// <param name="Source">Who or what says so; left out: the API key's name.</param>
public sealed record RelationBody(
    string? Kind, Guid? To, string? Source, DateTimeOffset? ObservedAt, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo, double? Confidence, Guid? DocumentId, Guid? PassageId, int? Page)
{
    public WriteRelationRequest ToRequest(Actor actor, Guid from) => new(
        from, Kind?.Trim() ?? "", To ?? Guid.Empty, DocumentId is null ? SourceKind.Api : SourceKind.Document, string.IsNullOrWhiteSpace(Source) ? actor.Name : Source, ObservedAt)
    {
        Place = DocumentId is null ? null : new SourcePlace(DocumentId, PassageId, Page),
        ValidFrom = ValidFrom,
        ValidTo = ValidTo,
        Confidence = Confidence,
    };
}

/// <summary>A relation as the API shows it.</summary>
/// <param name="Field">The field of the data it is read from; left out when it was said as such.</param>
/// <param name="EndedAt">Since when it no longer holds.</param>
/// <param name="Outgoing">It leads from the entity asked about to the other.</param>
/// <param name="Other">The entity at its other end.</param>
public sealed record RelationView(
    Guid Id, Guid From, string Kind, Guid To, string? Field, SourceKind Source, string SourceName, Guid? SourceId, Guid? PassageId, int? Page,
    DateTimeOffset ObservedAt, DateTimeOffset RecordedAt, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo, double Confidence, DateTimeOffset? EndedAt, string? EndedBy,
    bool? Outgoing = null, OtherEnd? Other = null)
{
    public static RelationView Of(Relation r) => new(
        r.Id, r.FromId, r.Kind, r.ToId, r.Field, r.Source, r.SourceName, r.SourceId, r.PassageId, r.PageNumber, r.ObservedAt, r.RecordedAt, r.ValidFrom, r.ValidTo, r.Confidence, r.EndedAt, r.EndedByName);

    public static RelationView Of(RelatedEntity r) => Of(r.Relation) with { Outgoing = r.Outgoing, Other = new OtherEnd(r.OtherId, r.OtherType, r.OtherName, r.OtherKey) };
}

public sealed record OtherEnd(Guid Id, string Type, string Name, string? Key);

internal static class RelationsApi
{
    public static void MapRelations(this RouteGroupBuilder context)
    {
        context.MapGet("/entities/{id:guid}/relations", List).WithSummary("How an entity stands to others, newest first; direction=in or out, kind, ended=true for those that hold no more, asOf for what was believed then").Produces<Page<RelationView>>();
        context.MapPost("/entities/{id:guid}/relations", Add).WithSummary("Say how an entity stands to another").Produces<RelationView>();
        context.MapDelete("/relations/{id:guid}", End).WithSummary("Say that a relation no longer holds; it stays in the history").Produces(StatusCodes.Status204NoContent);
        context.MapGet("/entities/{id:guid}/neighbourhood", Around).WithSummary("What surrounds an entity, up to three steps wide").Produces<Neighbourhood>();
        context.MapGet("/path", Path).WithSummary("The shortest way from one entity to another over relations in either direction").Produces<EntityPath>();
    }

    private static async Task<IResult> List(Guid id, HttpContext http, ListRelations list, string? direction, string? kind, bool? ended, int? limit, string? cursor, string? asOf)
    {
        var moment = AsOf.Read(asOf);
        if (moment.Refusal is { } unclear)
            return unclear.ToProblem();
        var way = RelationDirection.Both;
        if (direction is { Length: > 0 } && (!char.IsLetter(direction[0]) || !Enum.TryParse(direction, ignoreCase: true, out way)))
            return Refusal.Invalid("badDirection", "direction is out (away from the entity), in (to it) or both; both when it is left out.").ToProblem();
        return (await list.Run(http.User.ToActor()!, new RelationFilter(id, way, kind, moment.Value, ended ?? false, limit, cursor), http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<RelationView>([.. page.Items.Select(RelationView.Of)], page.Next), Json.Options));
    }

    private static async Task<IResult> Add(Guid id, HttpContext http, WriteRelation write, RelationBody body)
    {
        var actor = http.User.ToActor()!;
        return (await write.Run(actor, body.ToRequest(actor, id), http.RequestAborted)).ToHttp(relation => Results.Json(RelationView.Of(relation), Json.Options));
    }

    private static async Task<IResult> End(Guid id, HttpContext http, WriteRelation write) =>
        (await write.End(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(_ => Results.NoContent());

    private static async Task<IResult> Around(Guid id, HttpContext http, ReadNeighbourhood read, int? depth, string? asOf)
    {
        var moment = AsOf.Read(asOf);
        return moment.Refusal is { } unclear
            ? unclear.ToProblem()
            : (await read.Run(http.User.ToActor()!, id, depth, moment.Value, http.RequestAborted)).ToHttp();
    }

    private static async Task<IResult> Path(HttpContext http, FindPath find, string? from, string? to, string? asOf)
    {
        var moment = AsOf.Read(asOf);
        if (moment.Refusal is { } unclear)
            return unclear.ToProblem();
        return Guid.TryParse(from, out var first) && Guid.TryParse(to, out var last)
            ? (await find.Run(http.User.ToActor()!, first, last, moment.Value, http.RequestAborted)).ToHttp()
            : Refusal.Invalid("badPath", "Name the ids of two entities: ?from=…&to=….").ToProblem();
    }
}
