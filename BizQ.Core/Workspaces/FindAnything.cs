using BizQ.Core.Context;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

#pragma warning disable CA1304, CA1311 // ToLower becomes SQL's lower(), which knows no culture.

namespace BizQ.Core.Workspaces;

/// <summary>Something with a name, and the page it is shown on.</summary>
public sealed record Found(string Kind, string Title, string Note, string Path);

/// <summary>Jumps: agents, entities, documents and runs whose name contains what was typed. Full text is SearchContext's work.</summary>
public sealed class FindAnything(BizQDatabase database)
{
    private const int OfEachKind = 5;

    public async Task<Outcome<Found[]>> Run(Actor actor, string text, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        var like = Like(text);
        await using var db = database.Open(actor.WorkspaceId);
        var agents = await db.Agents.Where(a => EF.Functions.Like(a.Name.ToLower(), like, @"\")).OrderBy(a => a.Name).Take(OfEachKind)
            .Select(a => new Found("Agent", a.Name, a.Type, $"agents/{a.Id}")).ToListAsync(cancel);
        var entities = await db.Entities.Where(e => e.RemovedAt == null && (EF.Functions.Like(e.Name.ToLower(), like, @"\") || EF.Functions.Like(e.Key!.ToLower(), like, @"\")))
            .OrderBy(e => e.Name).Take(OfEachKind).Select(e => new Found("Entity", e.Name, e.Type, $"context/entities/{e.Id}")).ToListAsync(cancel);
        var documents = await db.Documents.ReadableBy(db, actor).Where(d => d.RemovedAt == null && d.ReplacedBy == null && EF.Functions.Like(d.Title.ToLower(), like, @"\")).OrderBy(d => d.Title).Take(OfEachKind)
            .Select(d => new Found("Document", d.Title, d.FileName, $"context/documents/{d.Id}")).ToListAsync(cancel);
        var runs = await db.Runs.Where(r => EF.Functions.Like(r.Title.ToLower(), like, @"\")).OrderByDescending(r => r.Id).Take(OfEachKind)
            .Select(r => new Found("Run", r.Title, r.AgentName, $"runs/{r.Id}")).ToListAsync(cancel);
        return (Found[])[.. agents, .. entities, .. documents, .. runs];
    }

    /// <summary>Contains, with the pattern's own signs taken literally.</summary>
    private static string Like(string text) =>
        $"%{text.ToLowerInvariant().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
