using System.Text;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Context.Import;

internal static class ImportApi
{
    public static void MapImports(this RouteGroupBuilder context)
    {
        var imports = context.MapGroup("/imports");
        imports.MapPost("/", Accept).WithSummary($"Take in a table (CSV, XLSX, JSON; at most {ImportLimits.Bytes / 1048576} MB, {ImportLimits.Rows:N0} rows, {ImportLimits.Columns} columns): multipart/form-data with one file, or the raw bytes with ?fileName=; the same Idempotency-Key again answers with the same import")
            .WithMetadata(new RequestSizeLimitAttribute(ImportLimits.Bytes + UploadedFile.FormBytes)).Accepts<Stream>("multipart/form-data", "*/*").Produces<ImportView>(StatusCodes.Status201Created);
        imports.MapGet("/", List).WithSummary("Imports, newest first").Produces<Page<ImportView>>();
        imports.MapGet("/{id:guid}", Read).WithSummary($"One import: how far it is, its counts, and the rows that could not be taken in (problems=, at most {ImportLimits.KeptProblems})").Produces<ImportView>();
        imports.MapGet("/{id:guid}/problems.csv", Problems).WithSummary("The rows that could not be taken in, as a file");
        imports.MapPost("/{id:guid}/preview", Preview).WithSummary("What it would do with a mapping, or with the one that is proposed: the first rows as they would be stored, and counts over all of them").Produces<PreviewView>();
        imports.MapPost("/{id:guid}/start", Start).WithSummary("Let it begin with a mapping, or with the one that is proposed; it goes on in the background").Produces<ImportView>(StatusCodes.Status202Accepted);
        imports.MapPost("/{id:guid}/cancel", Cancel).WithSummary("Stop it; what is in stays").Produces<ImportView>();
        imports.MapPost("/{id:guid}/undo", Undo).WithSummary("Take out again what it added, where it changed nothing that was there before; goes on in the background").Produces<ImportView>(StatusCodes.Status202Accepted);
        context.MapGet("/entities/export", Export).WithSummary("Entities as a file: format=csv, xlsx or jsonl; type, q, key and where=field:value narrow as in the list");
    }

    private static async Task<IResult> Accept(HttpContext http, AcceptImport accept, string? fileName, [FromHeader(Name = "Idempotency-Key")] string? key)
    {
        var actor = http.User.ToActor()!;
        // Nobody's 25 MB are read before it is known that they may bring them.
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden.ToProblem();
        var sent = await UploadedFile.Of(http.Request, fileName, ImportLimits.TooManyBytes);
        if (sent.Refusal is { } refusal)
            return refusal.ToProblem();
        return (await accept.Run(actor, new AcceptImportRequest(sent.Value.Name, sent.Value.Content, string.IsNullOrEmpty(key) ? null : key), http.RequestAborted)).ToHttp(import =>
        {
            http.Response.Headers.Location = $"/api/v1/context/imports/{import.Id}";
            return Show(import, StatusCodes.Status201Created);
        });
    }

    private static async Task<IResult> List(HttpContext http, ReadImports read, int? limit, string? cursor) =>
        (await read.List(http.User.ToActor()!, limit, cursor, http.RequestAborted)).ToHttp(page => Results.Json(new Page<ImportView>([.. page.Items.Select(ImportView.Of)], page.Next), Json.Options));

    private static async Task<IResult> Read(Guid id, HttpContext http, ReadImports read, int? problems) =>
        (await read.One(http.User.ToActor()!, id, problems ?? Page<ImportView>.Usual, http.RequestAborted)).ToHttp(detail => Results.Json(ImportView.Of(detail), Json.Options));

    private static async Task<IResult> Problems(Guid id, HttpContext http, ReadImports read) =>
        (await read.ProblemsAsCsv(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(text => Results.File([.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text)], "text/csv; charset=utf-8", "rows-not-imported.csv"));

    private static async Task<IResult> Preview(Guid id, HttpContext http, PreviewImport preview, ImportBody? body) =>
        (await preview.Run(http.User.ToActor()!, id, body?.Mapping, body?.Type, body?.Sheet, http.RequestAborted)).ToHttp(seen => Results.Json(PreviewView.Of(seen), Json.Options));

    private static async Task<IResult> Start(Guid id, HttpContext http, StartImport start, PreviewImport preview, ImportBody? body)
    {
        var actor = http.User.ToActor()!;
        var mapping = body?.Mapping;
        if (mapping is null)
        {
            var proposed = await preview.Propose(actor, id, body?.Type, body?.Sheet, http.RequestAborted);
            if (proposed.Refusal is { } refusal)
                return refusal.ToProblem();
            mapping = proposed.Value;
        }
        return (await start.Run(actor, id, mapping, http.RequestAborted)).ToHttp(import => Show(import, StatusCodes.Status202Accepted));
    }

    private static async Task<IResult> Cancel(Guid id, HttpContext http, EndImport end) =>
        (await end.Cancel(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(import => Show(import));

    private static async Task<IResult> Undo(Guid id, HttpContext http, EndImport end) =>
        (await end.Undo(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(import => Show(import, StatusCodes.Status202Accepted));

    private static async Task<IResult> Export(HttpContext http, ExportEntities export, string? format, string? type, string? q, string? key, string[]? where)
    {
        if (!Enum.TryParse<ExportFormat>(format ?? "csv", ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            return Refusal.Invalid("badFormat", "The format is csv, xlsx or jsonl.").ToProblem();
        var filter = EntitiesApi.Filter(where, key);
        if (filter.Refusal is { } unclear)
            return unclear.ToProblem();
        var request = new FindEntitiesRequest(string.IsNullOrWhiteSpace(type) ? "*" : type, filter.Value, q);
        return (await export.Run(http.User.ToActor()!, request, wanted, http.RequestAborted))
            .ToHttp(file => Results.Stream(stream => file.WriteTo(stream, http.RequestAborted), file.MediaType, file.FileName));
    }

    private static IResult Show(EntityImport import, int status = StatusCodes.Status200OK) => Results.Json(ImportView.Of(import), Json.Options, statusCode: status);
}
