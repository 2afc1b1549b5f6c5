using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

/// <summary>One version of an entity as the API shows it.</summary>
/// <param name="By">Who made it.</param>
/// <param name="Source">On whose word; left out for removing and restoring.</param>
/// <param name="RestoredFrom">The earlier version that this one brought back.</param>
/// <param name="Changes">Field by field; before or after is left out where nothing was known.</param>
public sealed record VersionView(
    int Version, EntityStep Step, DateTimeOffset At, string By, ActorKind ByKind, string Name, string? Key, SourceKind? Source, string? SourceName, int? RestoredFrom, IReadOnlyList<FieldChange> Changes)
{
    public static VersionView Of(VersionDetail detail)
    {
        var v = detail.Version;
        return new(v.Number, v.Step, v.At, v.ByName, v.ByKind, v.Name, v.Key, v.Source, v.SourceName, v.RestoredFrom, detail.Changes);
    }
}

internal static class HistoryApi
{
    public static void MapHistory(this RouteGroupBuilder context)
    {
        var history = context.MapGroup("/entities/{id:guid}/history");
        history.MapGet("/", List).WithSummary("An entity's versions, newest first: who made each, when, on whose word, and what it changed").Produces<Page<VersionView>>();
        history.MapPost("/{version:int}/restore", Restore).WithSummary("Make the entity what it was in a version, by saying it anew (If-Match refuses to overwrite somebody else's change)").Produces<EntityView>();
    }

    private static async Task<IResult> List(Guid id, HttpContext http, ReadHistory read, int? limit, string? cursor) =>
        (await read.Run(http.User.ToActor()!, id, limit, cursor, http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<VersionView>([.. page.Items.Select(VersionView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Restore(Guid id, int version, HttpContext http, RestoreVersion restore, JudgeEntity judge)
    {
        var expected = Etags.IfMatch(http);
        if (expected.Refusal is { } refusal)
            return refusal.ToProblem();
        var restored = await restore.Run(http.User.ToActor()!, id, version, expected.Value, http.RequestAborted);
        return restored.Refusal?.ToProblem() ?? await EntitiesApi.Show(http, judge, restored.Value);
    }
}
