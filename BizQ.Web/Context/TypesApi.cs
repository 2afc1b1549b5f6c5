using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Context;

/// <summary>A type of entity as the API shows it. What follows the count is left out for a type that only entities name.</summary>
/// <param name="Count">Entities of it that are there.</param>
public sealed record TypeView(
    string Type, int Count, TypeOrigin Origin, string? Title, string? Plural, string? Icon, string? Category, string? About,
    IReadOnlyList<string>? Required, IReadOnlyList<VolatileField>? Volatile, JsonElement? Schema)
{
    public static TypeView Of(EntityTypeDetail t) => new(
        t.Type, t.Count, t.Origin, t.Definition?.Title, t.Definition?.Plural, t.Definition?.Icon, t.Definition?.Category, t.Definition?.About,
        t.Definition?.Required, t.Definition?.Volatile, t.Definition?.Schema);
}

/// <summary>A type of entity as it is saved.</summary>
/// <param name="Plural">Left out: the title with an s.</param>
/// <param name="Category">What coverage counts it under; left out: other.</param>
/// <param name="Schema">A JSON Schema; left out: anything.</param>
/// <param name="Required">Fields without which one is incomplete.</param>
/// <param name="Volatile">Fields that go stale, each with a lifetime in days.</param>
public sealed record TypeBody(
    string? Title, string? Plural, string? Icon, string? Category, JsonElement? Schema, IReadOnlyList<string>? Required, IReadOnlyList<VolatileField>? Volatile, string? About)
{
    public EntityTypeDefinition ToDefinition(string name) => new(
        name, Title?.Trim() ?? "", Plural?.Trim() ?? $"{Title?.Trim()}s", Icon ?? "category", Category ?? "other", Schema ?? Json.EmptyObject, Required ?? [], Volatile ?? [], About);
}

internal static class TypesApi
{
    public static void MapTypes(this RouteGroupBuilder context)
    {
        var types = context.MapGroup("/types");
        types.MapGet("/", List).WithSummary("The types of entities, with what belongs to each and how many there are; those in use first").Produces<Page<TypeView>>();
        types.MapGet("/{name}", Read).WithSummary("One type; its ETag is the version of the workspace's own definition").Produces<TypeView>();
        types.MapPut("/{name}", Save).WithSummary("Make a type of the workspace's own, or read a built-in one in its own way").Produces<TypeView>();
        types.MapDelete("/{name}", Remove).WithSummary("Take a workspace's own definition away; a type that is in use stays").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> List(HttpContext http, EntityTypes types) =>
        (await types.List(http.User.ToActor()!, http.RequestAborted)).ToHttp(all => Results.Json(new Page<TypeView>([.. all.Select(TypeView.Of)], null), Json.Options));

    private static async Task<IResult> Read(string name, HttpContext http, EntityTypes types) =>
        (await types.Read(http.User.ToActor()!, name, http.RequestAborted)).ToHttp(type => Show(http, type));

    private static async Task<IResult> Save(string name, HttpContext http, SaveEntityType save, TypeBody body)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await save.Run(http.User.ToActor()!, body.ToDefinition(name), expected.Value, http.RequestAborted)).ToHttp(type => Show(http, type));
    }

    private static async Task<IResult> Remove(string name, HttpContext http, SaveEntityType save)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await save.Remove(http.User.ToActor()!, name, expected.Value, http.RequestAborted)).ToHttp(_ => Results.NoContent());
    }

    private static IResult Show(HttpContext http, EntityTypeDetail type)
    {
        http.Response.Headers.ETag = Etags.Of(type.Version);
        return Results.Json(TypeView.Of(type), Json.Options);
    }
}
