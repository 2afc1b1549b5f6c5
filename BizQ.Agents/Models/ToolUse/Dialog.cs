using System.Text.Json;
using BizQ.Core.Context;

namespace BizQ.Agents.Models.ToolUse;

/// <summary>What was said in a model's tool loop before one of its turns, as the journal has it.</summary>
/// <param name="Turn">Which turn is next, from 0.</param>
/// <param name="Found">What its own calls have looked up.</param>
public sealed record Dialog(int Turn, IReadOnlyList<PastTurn> Past, IReadOnlyList<Evidence> Found);

/// <summary>One turn that is done: what the model said, and what each of its calls came to, by the call's id.</summary>
public sealed record PastTurn(TurnSaid Said, IReadOnlyDictionary<string, JsonElement> Results);

/// <summary>
/// The output of a turn's step, one of three: an <paramref name="Answer"/>, which ends the loop; <paramref name="Calls"/>; or a
/// <paramref name="Text"/> that was no usable answer, with the <paramref name="Problem"/>.
/// </summary>
public sealed record TurnSaid(JsonElement? Answer = null, IReadOnlyList<ToolCalled>? Calls = null, string? Text = null, string? Problem = null);

/// <summary>One call a model asks for.</summary>
/// <param name="Tool">The operation, or "context"; as the model said it where there is no such tool.</param>
/// <param name="Problem">Why it cannot be carried out; then the model is told so and nothing else happens.</param>
public sealed record ToolCalled(string Id, string Tool, JsonElement Arguments, string? Title = null, string? Problem = null);
