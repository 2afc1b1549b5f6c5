using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Web.Context.Import;

/// <summary>An import as the API shows it.</summary>
/// <param name="Mapping">What its columns are; null while nobody has said.</param>
/// <param name="Done">Rows that are dealt with.</param>
/// <param name="Removed">Entities it had added and that were taken out again.</param>
/// <param name="Ahead">Imports that come before it; only where one is shown.</param>
/// <param name="Problems">The first rows that could not be taken in; only where one is shown.</param>
public sealed record ImportView(
    Guid Id, string FileName, long Size, ImportFormat Format, ImportState State, string? Type, JsonElement? Mapping, int Rows, int Done, int Added, int Changed, int Unchanged,
    int Skipped, int Failed, int Removed, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string By, int? Ahead = null, IReadOnlyList<RowProblemView>? Problems = null)
{
    public static ImportView Of(EntityImport i) => new(
        i.Id, i.FileName, i.Size, i.Format, i.State, i.Type, i.Type is null ? null : i.Mapping, i.Rows, i.Done, i.Added, i.Changed, i.Unchanged,
        i.Skipped, i.Failed, i.Removed, i.Problem, i.CreatedAt, i.StartedAt, i.EndedAt, i.ByName);

    public static ImportView Of(ImportDetail d) => Of(d.Import) with { Ahead = d.Ahead, Problems = [.. d.Problems.Select(p => new RowProblemView(p.Row, p.Column, p.Value, p.Message))] };
}

/// <summary>Why a row was not taken in.</summary>
/// <param name="Column">Left out where the row as a whole is wrong.</param>
public sealed record RowProblemView(int Row, string? Column, string? Value, string Message);

/// <summary>What an import would do, without doing it.</summary>
public sealed record PreviewView(
    ImportMapping Mapping, IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<string> Sheets, IReadOnlyList<string> Fields,
    IReadOnlyList<PreviewRow> Rows, PreviewCounts Counts, IReadOnlyList<PreviewRow> Problems, string? Note)
{
    public static PreviewView Of(ImportPreview p) => new(p.Mapping, p.Columns, p.Sheets, p.Fields, p.Rows, p.Counts, p.Problems, p.Note);
}

/// <summary>A mapping; left out, the one that is proposed.</summary>
/// <param name="Type">For the proposal: what the rows are.</param>
/// <param name="Sheet">For the proposal: which sheet of a workbook.</param>
public sealed record ImportBody(ImportMapping? Mapping, string? Type = null, string? Sheet = null);
