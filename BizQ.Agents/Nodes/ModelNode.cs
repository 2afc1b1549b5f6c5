using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>
/// Gives a model one piece of work. What comes from outside goes into <c>input</c> and <c>values</c>, where it is data; the
/// instruction is the agent's own words and takes no expressions, so that a mail can never give orders.
/// </summary>
public sealed class ModelNode(ModelRouter router) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "model", "Model", "Classifies, extracts, answers, drafts, or does what it is told.", "AutoAwesome", ModelNodeSettings.Schema,
        "classify: { label, confidence, scores: [{ label, score }] }. extract: an object of the schema. answer: { text, known, confidence, citations: [{ title, source, text, id }] }. draft: { text }. free: { text }, or an object of the schema.",
        ["/input", "/values/**"])
    {
        Rules =
        [
            "What comes from outside belongs into `input` and `values`, where it is data. `instruction` takes no expressions, so that a mail can never give orders.",
            "Without a connected model the built-in one works: it classifies from the examples, extracts, answers with citations and fills templates.",
            "One attempt may take 10 minutes. Errors of a model that may pass are tried again.",
        ],
    };

    /// <summary>A large model may think for a while, be asked again, and be followed by another; each of these has its own time.</summary>
    public TimeSpan? Patience => TimeSpan.FromMinutes(10);

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var settings = Json.Read<Settings>(run.Settings)!;
        var task = new ModelTask(
            settings.Task,
            run.WorkspaceId,
            TextOf(settings.Input),
            settings.Instruction,
            settings.Labels,
            settings.Schema,
            // What came in is the input already; as evidence it would answer itself.
            settings.Evidence == "none" ? [] : [.. run.Gathered.Where(e => e.Kind != "input")],
            settings.Template,
            settings.Values ?? Json.EmptyObject,
            settings.Model,
            run.Agent.Limits.CostPerRun is { } most ? Math.Max(0, most.Value - run.SpentUsd) : null);
        var answer = await router.Run(task, cancel);
        return new NodeResult.Completed(answer.Output, Use: answer.Use);
    }

    private static string TextOf(JsonElement? input) => input switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => JsonSerializer.Serialize(other, Json.Indented),
    };

    private sealed record Settings(
        ModelTaskKind Task,
        JsonElement? Input,
        string? Instruction,
        IReadOnlyList<LabelExample>? Labels,
        JsonElement? Schema,
        string? Template,
        JsonElement? Values,
        string? Evidence,
        string? Model);
}
