using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context.Conflicts;

/// <summary>One side of a conflict: what it says, and who says so.</summary>
public sealed record SideView(JsonElement Value, SourceKind Source, string SourceName, Guid? SourceId, Guid? PassageId, int? Page, DateTimeOffset ObservedAt, double Confidence)
{
    public static SideView Of(Fact f) => new(f.Value, f.Source, f.SourceName, f.SourceId, f.PassageId, f.PageNumber, f.ObservedAt, f.Confidence);

    public static SideView Of(Conflict c) => new(c.Claim, c.Source, c.SourceName, c.SourceId, c.PassageId, c.PageNumber, c.ObservedAt, c.Confidence);
}

/// <summary>Two sources that cannot both be right.</summary>
/// <param name="Believed">What is believed now.</param>
/// <param name="Claim">What the other source says.</param>
public sealed record DisputeView(
    Guid Id, Guid EntityId, string EntityType, string EntityName, string Field, SideView? Believed, SideView Claim, DateTimeOffset FoundAt,
    ConflictState State, string? ResolvedBy, DateTimeOffset? ResolvedAt, string? Reason)
{
    public static DisputeView Of(ConflictDetail d) => new(
        d.Conflict.Id, d.Entity.Id, d.Entity.Type, d.Entity.Name, d.Conflict.Field, d.Believed is { } fact ? SideView.Of(fact) : null, SideView.Of(d.Conflict), d.Conflict.FoundAt,
        d.Conflict.State, d.Conflict.ResolverName, d.Conflict.ResolvedAt, d.Conflict.Reason);
}

/// <summary>How it is settled.</summary>
/// <param name="Choice">keep (what is believed), replace (the claim is right), date (both are, the claim from <paramref name="From"/> on) or merge (it is <paramref name="Value"/>).</param>
public sealed record ResolveBody(ConflictChoice Choice, DateTimeOffset? From, JsonElement? Value, string? Reason);

internal static class ConflictsApi
{
    public static void MapConflicts(this RouteGroupBuilder context)
    {
        var conflicts = context.MapGroup("/conflicts");
        conflicts.MapGet("/", List).WithSummary("What sources disagree about, the latest first; closed=true for what was settled, entity=ID for one entity").Produces<Page<DisputeView>>();
        conflicts.MapGet("/{id:guid}", Read).WithSummary("One conflict with both sides").Produces<DisputeView>();
        conflicts.MapPost("/{id:guid}/resolve", Resolve).WithSummary("Settle a conflict: keep what is believed, replace it, date the claim, or say how it really is").Produces<DisputeView>();
    }

    private static async Task<IResult> List(HttpContext http, ListConflicts list, Guid? entity, bool? closed, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new ConflictFilter(entity, closed ?? false, limit, cursor), http.RequestAborted))
            .ToHttp(page => Results.Json(new Page<DisputeView>([.. page.Items.Select(DisputeView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ListConflicts list) =>
        (await list.Read(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(d => Results.Json(DisputeView.Of(d), Json.Options));

    private static async Task<IResult> Resolve(Guid id, HttpContext http, ResolveConflict resolve, ResolveBody body) =>
        (await resolve.Run(http.User.ToActor()!, id, new ResolveConflictRequest(body.Choice, body.From?.ToUniversalTime(), body.Value, body.Reason), http.RequestAborted))
            .ToHttp(d => Results.Json(DisputeView.Of(d), Json.Options));
}
