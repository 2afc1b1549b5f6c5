using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>A value that is looked for in texts.</summary>
/// <param name="Schema">What its type says of the field; null for any text.</param>
/// <param name="Thing">What it is a value of, by name.</param>
/// <param name="Prose">It is sentences, not a value.</param>
public sealed record ValueAsked(string Id, string Field, JsonElement? Schema, string Ask, string? Thing, bool Prose);

/// <param name="PassageId">Null for what a person has just written.</param>
public sealed record TextPiece(Guid? PassageId, string Title, string Text);

/// <param name="Confidence">0 to 1: how sure it is that this is what was asked for.</param>
/// <param name="Piece">Index of the piece in which it stands.</param>
/// <param name="Quote">The words it stands in.</param>
public sealed record ValueFound(string Id, JsonElement Value, double Confidence, int Piece, string Quote);

/// <summary>
/// Stands for a model outside, where one is connected, that reads values out of texts; recognisers do it otherwise. Whatever it
/// returns stands in the text; what is not there is not returned.
/// </summary>
public interface IReadValues
{
    Task<IReadOnlyList<ValueFound>> Read(Guid workspaceId, IReadOnlyList<ValueAsked> asked, IReadOnlyList<TextPiece> pieces, CancellationToken cancel);
}
