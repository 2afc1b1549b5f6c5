using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Context;

/// <summary>An answer that is offered and not saved.</summary>
/// <param name="Title">The document it comes from, or "what you wrote".</param>
/// <param name="Quote">The words it was taken from.</param>
public sealed record AnswerDraft(string Slot, JsonElement Value, double Confidence, string Title, string Quote, Guid? DocumentId, Guid? PassageId, int? Page);

/// <summary>Answers to what an interview still asks, out of documents or out of what a person has just written. They are offered; only people save them.</summary>
public sealed class FindDrafts(BizQDatabase database, ReadInterview read, SearchContext search, IReadValues values)
{
    /// <summary>Passages that are read for one question.</summary>
    private const int Passages = 4;

    /// <summary>Different answers offered to one question.</summary>
    private const int MostOffered = 3;

    /// <summary>Questions of one section that are looked up at once; the others when these are answered.</summary>
    private const int MostSlots = 20;

    public const int TextLength = 20_000;

    /// <param name="section">Its place in the interview, from 0.</param>
    public async Task<Outcome<IReadOnlyList<AnswerDraft>>> InDocuments(Actor actor, string interview, int section, CancellationToken cancel)
    {
        var open = await Open(actor, interview, section, cancel);
        if (open.Refusal is { } refusal)
            return refusal;
        Dictionary<Guid, List<InterviewSlot>> wanted = [];
        foreach (var slot in open.Value)
        {
            var found = await search.Run(actor, new SearchQuery(TextOf(slot), ["document"], Passages) { Kind = SearchKind.Passage }, cancel);
            foreach (var hit in found.Ok ? found.Value.Items : [])
            {
                if (!wanted.TryGetValue(hit.Id, out var slots))
                    wanted[hit.Id] = slots = [];
                slots.Add(slot);
            }
        }
        if (wanted.Count == 0)
            return new List<AnswerDraft>();
        await using var db = database.Open(actor.WorkspaceId);
        var cited = await Cited.Load(db, actor, [.. wanted.Keys], cancel);
        var pieces = cited.Values.ToList();
        var all = await values.Read(actor.WorkspaceId, await Asked(db, open.Value, cancel), [.. pieces.Select(p => p.Piece)], cancel);
        // A passage speaks for the questions it was found for.
        return Offer(all.Where(f => wanted[pieces[f.Piece].Passage.Id].Any(s => s.Id == f.Id)), f => pieces[f.Piece]);
    }

    public async Task<Outcome<IReadOnlyList<AnswerDraft>>> InText(Actor actor, string interview, int section, string text, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > TextLength)
            return Refusal.Invalid("badText", $"Write up to {TextLength:N0} characters; give longer texts as documents.", new Problem("/text", "Between one and 20,000 characters."));
        var open = await Open(actor, interview, section, cancel);
        if (open.Refusal is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return Offer(await values.Read(actor.WorkspaceId, await Asked(db, open.Value, cancel), [new TextPiece(null, "What you wrote", text)], cancel), _ => null);
    }

    internal static async Task<List<ValueAsked>> Asked(BizQDb db, IReadOnlyList<InterviewSlot> slots, CancellationToken cancel)
    {
        var catalogue = await EntityTypes.Catalogue(db, cancel);
        return [.. slots.Select(s => new ValueAsked(s.Id, s.Goal.Field, SchemaOf(catalogue.Of(s.Goal.Type), s.Goal.Field), s.Goal.Ask, s.Goal.Thing is { } one && one.IsSole(s.Goal.Type) ? null : s.ThingName, s.Goal.Prose))];
    }

    private async Task<Outcome<List<InterviewSlot>>> Open(Actor actor, string interview, int section, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.EditContext) is { } forbidden)
            return forbidden;
        var detail = await read.Run(actor, interview, cancel);
        if (detail.Refusal is { } refusal)
            return refusal;
        if (section < 0 || section >= detail.Value.Sections.Count)
            return Refusal.NotFound("section");
        return detail.Value.Sections[section].Slots.Where(s => s.State != SlotState.Known && (s.Thing is not null || s.Goal.Thing is not null)).Take(MostSlots).ToList();
    }

    private static string TextOf(InterviewSlot slot) => $"{(slot.Goal.Thing is { } one && one.IsSole(slot.Goal.Type) ? "" : slot.ThingName)} {EntityText.Words(slot.Goal.Field)} {slot.Goal.Ask}";

    private static JsonElement? SchemaOf(EntityTypeDefinition? type, string field) =>
        type is not null && type.Schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field, out var schema) ? schema : null;

    private static List<AnswerDraft> Offer(IEnumerable<ValueFound> found, Func<ValueFound, Cited?> of) =>
        [.. found.GroupBy(f => f.Id).SelectMany(slot => slot.OrderByDescending(f => f.Confidence).DistinctBy(f => f.Value.GetRawText()).Take(MostOffered)).Select(f => of(f) is { } cited
            ? new AnswerDraft(f.Id, f.Value, f.Confidence, cited.Document.Title, f.Quote, cited.Document.Id, cited.Passage.Id, cited.Passage.PageNumber)
            : new AnswerDraft(f.Id, f.Value, f.Confidence, "What you wrote", f.Quote, null, null, null))];
}

/// <summary>A passage with its document, as something to read values from.</summary>
internal sealed record Cited(Passage Passage, Document Document)
{
    public TextPiece Piece => new(Passage.Id, Document.Title, Passage.Heading is { Length: > 0 } heading && !Passage.Text.StartsWith(heading, StringComparison.Ordinal) ? $"{heading}\n{Passage.Text}" : Passage.Text);

    public static async Task<Dictionary<Guid, Cited>> Load(BizQDb db, Actor actor, List<Guid> ids, CancellationToken cancel)
    {
        var found = await (from passage in db.Passages.AsNoTracking()
                           join document in db.Documents.AsNoTracking().ReadableBy(db, actor) on passage.DocumentId equals document.Id
                           where ids.Contains(passage.Id)
                           orderby passage.DocumentId, passage.Ordinal
                           select new { passage, document }).ToListAsync(cancel);
        return found.ToDictionary(f => f.passage.Id, f => new Cited(f.passage, f.document));
    }
}
