using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Mail;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace BizQ.Web.Context;

public sealed record TitleBody(string? Title);

internal static class DocumentsApi
{
    // What a form may add around the file: boundaries, part headers, a title.
    private const int FormBytes = 64 * 1024;

    public static void MapDocuments(this RouteGroupBuilder context)
    {
        var documents = context.MapGroup("/documents");
        documents.MapPost("/", Add).WithSummary("Take in a document: multipart/form-data with one file (and a title), or the raw bytes with ?fileName=; the same content again answers with the document that is there")
            .WithMetadata(new RequestSizeLimitAttribute(Archive.MostBytes + FormBytes)).Accepts<Stream>("multipart/form-data", "*/*").Produces<DocumentView>(StatusCodes.Status201Created);
        documents.MapGet("/", List).WithSummary("Documents, newest first; q looks in titles and file names").Produces<Page<DocumentView>>();
        documents.MapGet("/{id:guid}", Read).WithSummary("One document with its passages; its ETag is its version").Produces<DocumentView>();
        documents.MapGet("/{id:guid}/file", File).WithSummary("The original, byte for byte");
        documents.MapPut("/{id:guid}", Retitle).WithSummary("Give a document another title").Produces<DocumentView>();
        documents.MapDelete("/{id:guid}", Remove).WithSummary("Take a document out of lists and search; it can be restored").Produces(StatusCodes.Status204NoContent);
        documents.MapPost("/{id:guid}/restore", Restore).WithSummary("Put a removed document back").Produces<DocumentView>();
    }

    private static async Task<IResult> Add(HttpContext http, AddDocument add, TimeProvider clock, string? fileName, string? title)
    {
        var actor = http.User.ToActor()!;
        // Nobody's 25 MB are read before it is known that they may bring them.
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden.ToProblem();
        // curl --data-binary says "x-www-form-urlencoded" of whatever it sends; only a multipart form is one.
        var isForm = http.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;
        var sent = isForm ? await OfForm(http.Request, actor, title) : await OfBody(http.Request, actor, fileName, title);
        if (sent.Refusal is { } refusal)
            return refusal.ToProblem();
        var started = clock.GetUtcNow();
        return (await add.Run(actor, sent.Value, http.RequestAborted)).ToHttp(document =>
        {
            http.Response.Headers.Location = $"/api/v1/context/documents/{document.Id}";
            return Show(http, DocumentView.Of(document), document.CreatedAt >= started ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private static async Task<Outcome<AddDocumentRequest>> OfBody(HttpRequest request, Actor actor, string? fileName, string? title)
    {
        var name = fileName ?? NameIn(request) ?? "document";
        return await ReadBody.Run(request, request.HttpContext.RequestAborted) is { } content
            ? new AddDocumentRequest(name, request.ContentType, content, title, SourceKind.Api, actor.Name)
            : AddDocument.TooLarge(name, request.ContentLength);
    }

    private static async Task<Outcome<AddDocumentRequest>> OfForm(HttpRequest request, Actor actor, string? title)
    {
        if (request.ContentLength > Archive.MostBytes + FormBytes)
            return AddDocument.TooLarge("The file", request.ContentLength);
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return Refusal.Invalid("badForm", "The form cannot be read. Send multipart/form-data with one file.");
        }
        if (form.Files is not [{ } file])
            return Refusal.Invalid("oneFile", $"The form holds {form.Files.Count} files. Send one file with each request.");
        if (file.Length > Archive.MostBytes)
            return AddDocument.TooLarge(file.FileName, file.Length);
        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, request.HttpContext.RequestAborted);
        return new AddDocumentRequest(file.FileName, file.ContentType, content.ToArray(), title ?? form["title"].FirstOrDefault(), SourceKind.Api, actor.Name);
    }

    private static string? NameIn(HttpRequest request) =>
        ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
            ? (disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value?.Trim('"')
            : null;

    private static async Task<IResult> List(HttpContext http, ListDocuments list, string? q, string? mediaType, int? limit, string? cursor) =>
        (await list.Run(http.User.ToActor()!, new DocumentFilter(q, mediaType, limit, cursor), http.RequestAborted))
        .ToHttp(page => Results.Json(new Page<DocumentView>([.. page.Items.Select(DocumentView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadDocument read) =>
        (await read.Run(http.User.ToActor()!, id, removedToo: false, http.RequestAborted)).ToHttp(detail => Show(http, DocumentView.Of(detail)));

    /// <summary>Always as a file and never as what it claims to be: a stranger's HTML must not run under this address.</summary>
    private static async Task<IResult> File(Guid id, HttpContext http, ReadDocument read) =>
        (await read.Raw(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(file =>
        {
            http.Response.Headers.ContentSecurityPolicy = "sandbox";
            return Results.File(file.Content, "application/octet-stream", file.Name);
        });

    private static async Task<IResult> Retitle(Guid id, HttpContext http, RetitleDocument retitle, TitleBody body)
    {
        var expected = Etags.IfMatch(http);
        return expected.Refusal is { } refusal
            ? refusal.ToProblem()
            : (await retitle.Run(http.User.ToActor()!, id, body.Title ?? "", expected.Value, http.RequestAborted)).ToHttp(document => Show(http, DocumentView.Of(document)));
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
