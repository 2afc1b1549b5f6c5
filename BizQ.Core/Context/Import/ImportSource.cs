using BizQ.Core.Data;

namespace BizQ.Core.Context;

/// <summary>The file of an import, opened again from the archive.</summary>
internal static class ImportSource
{
    public static async Task<Outcome<ImportFile>> Open(Archive archive, EntityImport import, string? sheet, CancellationToken cancel) =>
        await archive.Read(import.WorkspaceId, import.ContentHash, cancel) is { } content
            ? await Task.Run(() => ImportFile.Open(import.FileName, import.Format, content, sheet, cancel), cancel)
            : new Refusal(RefusalKind.Unavailable, "archiveLost", $"{import.FileName} is not in the archive any more. Upload it again.");
}
