using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Triggers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace BizQ.Web.Triggers;

/// <summary>The fields of a multipart form. A run's input is text: a form with files is refused instead of losing them.</summary>
internal static class ReadMultipart
{
    private static readonly Refusal Broken = Refusal.Invalid("badForm", "The multipart form cannot be read.", new Problem("/body", "Send it with the boundary its Content-Type names."));

    private static readonly Refusal Files = new(
        RefusalKind.Unsupported, "filesNotTaken", "A webhook takes fields, not files. Send files to POST /api/v1/context/documents and name them here.");

    public static bool IsMultipart(string? contentType) => contentType?.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    public static async Task<Outcome<JsonElement>> Of(string contentType, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
            return Broken;
        var fields = new List<(string, string)>();
        try
        {
            using var stream = new MemoryStream(body.ToArray());
            var reader = new MultipartReader(boundary.ToString(), stream);
            while (await reader.ReadNextSectionAsync(cancel) is { } section)
            {
                if (section.AsFileSection() is not null)
                    return Files;
                if (section.AsFormDataSection() is { } field)
                    fields.Add((field.Name, await field.GetValueAsync(cancel)));
            }
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            return Broken;
        }
        return MessageBody.Fields(fields);
    }
}
