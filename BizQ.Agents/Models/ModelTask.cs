using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Agents.Models;

public enum ModelTaskKind { Classify, Extract, Answer, Draft, Free }

/// <summary>A label with what it means and texts that bear it.</summary>
public sealed record LabelExample(string Name, string? Description = null, IReadOnlyList<string>? Examples = null);

/// <summary>
/// One piece of work for a model, said so that a large model can be prompted with it and the built-in one can just do it.
/// All text from outside is in <paramref name="Input"/> and <paramref name="Evidence"/>, never in <paramref name="Instruction"/>.
/// </summary>
/// <param name="Instruction">The agent's own words on what to do; trusted.</param>
/// <param name="Labels">Classify: what to choose from.</param>
/// <param name="Schema">Extract (and free, optional): JSON Schema of the answer.</param>
/// <param name="Evidence">Answer and draft: what may be relied on.</param>
/// <param name="Template">Draft: Liquid, over <paramref name="Values"/>.</param>
/// <param name="Model">The name of a configured endpoint, or "built-in"; null lets the router choose.</param>
/// <param name="BudgetUsd">What models may still cost in this run; null for no limit.</param>
public sealed record ModelTask(
    ModelTaskKind Kind,
    Guid WorkspaceId,
    string Input,
    string? Instruction = null,
    IReadOnlyList<LabelExample>? Labels = null,
    JsonElement? Schema = null,
    IReadOnlyList<Evidence>? Evidence = null,
    string? Template = null,
    JsonElement? Values = null,
    string? Model = null,
    decimal? BudgetUsd = null);

/// <summary>A model could not do its task; the step fails with this, stored, never with a stack trace.</summary>
/// <param name="retryable">The step may be tried again at once; false where that was done already, or cannot help.</param>
public sealed class ModelException(string code, string message, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    public string Code { get; } = code;
    public bool Retryable { get; } = retryable;

    /// <summary>What was paid for nothing; it counts all the same.</summary>
    public ModelUse? Use { get; init; }
}
