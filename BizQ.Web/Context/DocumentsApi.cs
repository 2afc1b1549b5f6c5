using System.Globalization;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Context;

/// <param name="Title">Null leaves it; so do the others.</param>
/// <param name="Access">"everyone" or "named"; named with whom in the other three.</param>
public sealed record DocumentBody(string? Title, IReadOnlyList<string>? Tags, DocumentAccess? Access, IReadOnlyList<Role>? Roles, IReadOnlyList<Guid>? People, IReadOnlyList<Guid>? Agents);

internal static class DocumentsApi
{
    public static void MapDocuments(this RouteGroupBuilder context)
    {
        var documents = context.MapGroup("/documents");
        documents.MapPost("/", Add).WithSummary("Take in a document, which is read a moment later: multipart/form-data with one file (and a title, tags), or the raw bytes with ?fileName=; ?replaces= makes it a new version; the same content again answers with the document that is there")
            .WithMetadata(new RequestSizeLimitAttribute(Archive.MostBytes + UploadedFile.FormBytes)).Accepts<Stream>("multipart/form-data", "*/*").Produces<DocumentView>(StatusCodes.Status202Accepted).Produces<DocumentView>();
        documents.MapGet("/", List).WithSummary("Documents, newest first; q looks in titles and file names, tag and state narrow").Produces<Page<DocumentView>>();
        documents.MapGet("/{id:guid}", Read).WithSummary("One document with its first passages; its ETag is its version").Produces<DocumentView>();
        documents.MapGet("/{id:guid}/passages", Passages).WithSummary("Its passages a page at a time; page starts at a page of the document").Produces<Page<PassageView>>();
        documents.MapGet("/{id:guid}/versions", Versions).WithSummary("All versions of a document, the newest first").Produces<Page<DocumentView>>();
        documents.MapGet("/{id:guid}/file", File).WithSummary("The original, byte for byte");
        documents.MapPut("/{id:guid}", Change).WithSummary("Give a document another title, tags, or readers").Produces<DocumentView>();
        documents.MapPost("/{id:guid}/replaces/{old:guid}", Replace).WithSummary("Make a document the new version of another").Produces<DocumentView>();
        documents.MapDelete("/{id:guid}", Remove).WithSummary("Take a document out of lists and search; it can be restored").Produces(StatusCodes.Status204NoContent);
        documents.MapPost("/{id:guid}/restore", Restore).WithSummary("Put a removed document back").Produces<DocumentView>();
    }

    private static async Task<IResult> Add(HttpContext http, AddDocument add, string? fileName, string? title, Guid? replaces, [FromQuery] string[]? tag)
    {
        var actor = http.User.ToActor()!;
        // Nobody's 25 MB are read before it is known that they may bring them.
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden.ToProblem();
        var sent = await UploadedFile.Of(http.Request, fileName, AddDocument.TooLarge);
        if (sent.Refusal is { } refusal)
            return refusal.ToProblem();
        var file = sent.Value;
        var request = new AddDocumentRequest(file.Name, file.MediaType, file.Content, title ?? file.Form?["title"].FirstOrDefault(), SourceKind.Api, actor.Name) { Replaces = replaces, Tags = tag is { Length: > 0 } ? tag : null };
        return (await add.Run(actor, request, http.RequestAborted)).ToHttp(document =>
        {
            http.Response.Headers.Location = $"/api/v1/context/documents/{document.Id}";
            return Show(http, DocumentView.Of(document), document.State == DocumentState.Reading ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
        });
    }

    private static async Task<IResult> List(HttpContext http, ListDocuments list, string? q, string? mediaType, string? tag, string? state, int? limit, string? cursor)
    {
        DocumentState? wanted = Enum.TryParse<DocumentState>(state, ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : null;
        if (!string.IsNullOrEmpty(state) && wanted is null)
            return Refusal.Invalid("badState", "A document's state is ready, reading or refused.").ToProblem();
        var actor = http.User.ToActor()!;
        var page = await list.Run(actor, new DocumentFilter(q, mediaType, tag, wanted, limit, cursor), http.RequestAborted);
        if (page.Refusal is { } refusal)
            return refusal.ToProblem();
        var tags = await list.TagsOf(actor, page.Value.Items.Select(d => d.Id), http.RequestAborted);
        return Results.Json(new Page<DocumentView>([.. page.Value.Items.Select(d => DocumentView.Of(d) with { Tags = [.. tags[d.Id]] })], page.Value.Next), Json.Options);
    }

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadDocument read, ChangeDocument settings)
    {
        var actor = http.User.ToActor()!;
        var detail = await read.Run(actor, id, removedToo: false, http.RequestAborted);
        return detail.Refusal is { } refusal ? refusal.ToProblem() : Show(http, DocumentView.Of(detail.Value, await settings.Read(actor, id, http.RequestAborted)));
    }

    private static async Task<IResult> Passages(Guid id, HttpContext http, ReadDocument read, int? page, int? limit, string? cursor)
    {
        var actor = http.User.ToActor()!;
        var from = 0;
        if (cursor is { Length: > 0 } && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            return Refusal.Invalid("badCursor", "This cursor is not one that a list gave. Start again without it.").ToProblem();
        if (page is { } number)
            from = await read.Place(actor, id, null, number, http.RequestAborted) ?? int.MaxValue;
        return (await read.Run(actor, id, removedToo: false, new PassageRange(from, limit), http.RequestAborted))
            .ToHttp(detail => Results.Json(new Page<PassageView>([.. detail.Passages.Select(PassageView.Of)], detail.Next?.ToString(CultureInfo.InvariantCulture)), Json.Options));
    }

    private static async Task<IResult> Versions(Guid id, HttpContext http, ReadDocument read)
    {
        var actor = http.User.ToActor()!;
        var detail = await read.Run(actor, id, removedToo: false, new PassageRange(Limit: 1), http.RequestAborted);
        return detail.Refusal is { } refusal
            ? refusal.ToProblem()
            : Results.Json(new Page<DocumentView>([.. (await read.Versions(actor, detail.Value.Document, http.RequestAborted)).Select(DocumentView.Of)], null), Json.Options);
    }

    private static async Task<IResult> Replace(Guid id, Guid old, HttpContext http, ReplaceDocument replace) =>
        (await replace.Run(http.User.ToActor()!, id, old, http.RequestAborted)).ToHttp(document => Show(http, DocumentView.Of(document)));

    /// <summary>Always as a file and never as what it claims to be: a stranger's HTML must not run under this address.</summary>
    private static async Task<IResult> File(Guid id, HttpContext http, ReadDocument read) =>
        (await read.Raw(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(file =>
        {
            http.Response.Headers.ContentSecurityPolicy = "sandbox";
            return Results.File(file.Content, "application/octet-stream", file.Name);
        });

    private static async Task<IResult> Change(Guid id, HttpContext http, RetitleDocument retitle, ChangeDocument change, ReadDocument read, DocumentBody body)
    {
        var actor = http.User.ToActor()!;
        var expected = Etags.IfMatch(http);
        if (expected.Refusal is { } refusal)
            return refusal.ToProblem();
        var version = expected.Value;
        if (body.Tags is not null || body.Access is not null)
        {
            var access = body.Access is { } who ? new AccessGiven(who, body.Roles, body.People, body.Agents) : null;
            var changed = await change.Run(actor, id, body.Tags, access, version, http.RequestAborted);
            if (changed.Refusal is { } notChanged)
                return notChanged.ToProblem();
            version = version is null ? null : changed.Value.Version;
            if (body.Title is null)
                return await Read(id, http, read, change);
        }
        return (await retitle.Run(actor, id, body.Title ?? "", version, http.RequestAborted)).ToHttp(document => Show(http, DocumentView.Of(document)));
    }

    private static async Task<IResult> Remove(Guid id, HttpContext http, RemoveDocument remove) =>
        (await remove.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(_ => Results.NoContent());

    private static async Task<IResult> Restore(Guid id, HttpContext http, RemoveDocument remove) =>
        (await remove.Restore(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(document => Show(http, DocumentView.Of(document)));

    private static IResult Show(HttpContext http, DocumentView document, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = Etags.Of(document.Version);
        return Results.Json(document, Json.Options, statusCode: status);
    }
}
