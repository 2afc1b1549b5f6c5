using System.Globalization;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;

namespace BizQ.Web.Context;

/// <summary>A document as the API shows it.</summary>
/// <param name="Hash">SHA-256 of the original, in lower-case hex.</param>
/// <param name="Note">What was guessed or left out when it was read.</param>
/// <param name="State">"reading" until its text is found, "ready" then, or "refused" with the reason in <paramref name="Refusal"/>.</param>
/// <param name="Edition">1 for the first version, and so on.</param>
public sealed record DocumentView(
    Guid Id, string Title, string FileName, string MediaType, string Hash, long Size, int? Pages, int PassageCount, SourceKind Source, string SourceName, string? Note,
    DateTimeOffset CreatedAt, int Version, DocumentState State, ProblemView? Refusal, int Edition, Guid? Replaces, Guid? ReplacedBy, DocumentAccess Access,
    IReadOnlyList<string>? Tags = null, AccessView? Readers = null, IReadOnlyList<PassageView>? Passages = null, string? Next = null)
{
    public static DocumentView Of(Document d) => new(
        d.Id, d.Title, d.FileName, d.MediaType, d.ContentHash, d.Size, d.PageCount, d.PassageCount, d.Source, d.SourceName, d.Note, d.CreatedAt, d.Version,
        d.State, d.RefusalCode is { } code ? new ProblemView(code, d.RefusalMessage!) : null, d.Edition, d.Replaces, d.ReplacedBy, d.Access);

    public static DocumentView Of(DocumentDetail detail, DocumentSettings? settings) => Of(detail.Document) with
    {
        Tags = settings?.Tags,
        Readers = settings is { Access: { Access: DocumentAccess.Named } given } ? new AccessView(given.Roles!, given.People!, given.Agents!) : null,
        Passages = [.. detail.Passages.Select(PassageView.Of)],
        Next = detail.Next?.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>Why a document could not be read, and what to do.</summary>
public sealed record ProblemView(string Code, string Message);

/// <summary>Who may read a document that not everyone may.</summary>
public sealed record AccessView(IReadOnlyList<Role> Roles, IReadOnlyList<Guid> People, IReadOnlyList<Guid> Agents);

/// <param name="Start">Where it begins in the document's text, in characters; <paramref name="End"/> is behind its last one.</param>
public sealed record PassageView(Guid Id, int Ordinal, string? Heading, int? Page, string Text, int Start, int End)
{
    public static PassageView Of(Passage p) => new(p.Id, p.Ordinal, p.Heading, p.PageNumber, p.Text, p.Start, p.End);
}
