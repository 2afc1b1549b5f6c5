using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Web.Mail;
using Microsoft.Net.Http.Headers;

namespace BizQ.Web.Context;

/// <summary>One file that came with a request, as the only one of a form or as its raw body.</summary>
/// <param name="Form">What else the form says.</param>
internal sealed record UploadedFile(string Name, string? MediaType, byte[] Content, IFormCollection? Form)
{
    // What a form may add around the file: boundaries, part headers, a title.
    public const int FormBytes = 64 * 1024;

    /// <param name="tooLarge">The refusal for a name and a length.</param>
    public static Task<Outcome<UploadedFile>> Of(HttpRequest request, string? fileName, Func<string, long?, Refusal> tooLarge)
    {
        // curl --data-binary says "x-www-form-urlencoded" of whatever it sends; only a multipart form is one.
        var isForm = request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;
        return isForm ? OfForm(request, tooLarge) : OfBody(request, fileName, tooLarge);
    }

    private static async Task<Outcome<UploadedFile>> OfBody(HttpRequest request, string? fileName, Func<string, long?, Refusal> tooLarge)
    {
        var name = fileName ?? NameIn(request) ?? "document";
        return await ReadBody.Run(request, request.HttpContext.RequestAborted) is { } content
            ? new UploadedFile(name, request.ContentType, content, null)
            : tooLarge(name, request.ContentLength);
    }

    private static async Task<Outcome<UploadedFile>> OfForm(HttpRequest request, Func<string, long?, Refusal> tooLarge)
    {
        if (request.ContentLength > Archive.MostBytes + FormBytes)
            return tooLarge("The file", request.ContentLength);
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
            return tooLarge(file.FileName, file.Length);
        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, request.HttpContext.RequestAborted);
        return new UploadedFile(file.FileName, file.ContentType, content.ToArray(), form);
    }

    private static string? NameIn(HttpRequest request) =>
        ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
            ? (disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value?.Trim('"')
            : null;
}
