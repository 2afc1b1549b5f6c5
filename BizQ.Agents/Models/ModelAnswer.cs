using System.Text.Json;

namespace BizQ.Agents.Models;

/// <summary>Which model did it, and what it took. Cost in US dollars.</summary>
public sealed record ModelUse(string Model, int InputTokens, int OutputTokens, decimal CostUsd, double DurationMs)
{
    /// <summary>The name the built-in model goes by in steps, pages and the API.</summary>
    public const string BuiltIn = "built-in";
}

/// <summary>
/// The output by kind. Classify: <c>{ label, confidence, scores: [{label, score}] }</c>. Extract: an object of the schema.
/// Answer: <c>{ text, known, confidence, citations: [{title, source, text, id}] }</c>. Draft: <c>{ text }</c>. Free: <c>{ text }</c>
/// or an object of the schema.
/// </summary>
public sealed record ModelAnswer(JsonElement Output, ModelUse Use);
