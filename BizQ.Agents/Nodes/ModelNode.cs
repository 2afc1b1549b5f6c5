using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Models.ToolUse;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;

namespace BizQ.Agents.Nodes;

/// <summary>
/// Gives a model one piece of work. What comes from outside goes into <c>input</c> and <c>values</c>, where it is data; the
/// instruction is the agent's own words and takes no expressions, so that a mail can never give orders.
/// </summary>
public sealed class ModelNode(ModelRouter router, ModelTurns turns, IEnumerable<ITool> tools, NoteGaps gaps) : INodeKind
{
    /// <summary>An answer of less confidence shows that something is missing.</summary>
    private const double Unsure = 0.4;

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
            "With `tools` the model works in turns: it looks things up or asks for an action, is told what came of it, and goes on until it gives its answer. Each turn and each call is a step of its own under the node's (`ID/0`, `ID/1` and so on), recorded before the model is asked again; after a crash no turn and no call is repeated.",
            "What a model wants done with a tool is proposed like a tool node's: judged, approved by a person where that is needed, looked at again, and only then carried out. The loop waits for it. A person's no, a block and a failure are told to the model with the reason, and it goes on. Operations that only read run at once.",
            "There are at most `maxTurns` turns (10 when left out), and in the last one the model must answer; at most `maxCalls` calls in one turn (8) run side by side. The agent's cost per run is looked at before every turn, and turns and calls count as steps. `timeoutSeconds` and `retry` are each turn's; a look-up may take 30 seconds.",
            "A tool that does not exist and arguments that do not fit are told to the model; three turns in a row with nothing else fail the step. The built-in model cannot use tools.",
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
        if (ToolLoop.ToolsOf(run.Settings) is { Count: > 0 } wanted)
            return await InTurns(run, task, wanted, settings, cancel);
        var answer = await router.Run(task, cancel);
        if (task.Kind == ModelTaskKind.Answer && !run.Rehearsal && IsPoor(answer.Output))
            await gaps.Nothing(run.WorkspaceId, GapKind.Answer, task.Input, run.RunId, run.AgentId, run.Agent.Name, cancel);
        return new NodeResult.Completed(answer.Output, Use: answer.Use);
    }

    /// <summary>First it is seen whether there is a model for it; then each turn is a step of its own.</summary>
    private async Task<NodeResult> InTurns(NodeRun run, ModelTask task, IReadOnlyList<string> wanted, Settings settings, CancellationToken cancel)
    {
        if (run.Dialog is not { } dialog)
        {
            turns.Endpoints(task);
            return new NodeResult.Repeat();
        }
        var rules = new TurnRules(
            ToolOffer.Of(wanted, run.Agent.Permissions, tools.SelectMany(tool => tool.Operations)),
            settings.MaxTurns ?? ToolLoop.UsualTurns,
            settings.MaxCalls ?? ToolLoop.UsualCalls);
        // Only an answer cites passages by their number; elsewhere what was found stands in the results already.
        var evidence = task.Kind == ModelTaskKind.Answer ? task.Evidence : [.. (task.Evidence ?? []).Except(dialog.Found)];
        var said = await turns.Run(task with { Evidence = evidence }, dialog, rules, cancel);
        return new NodeResult.Completed(said.Output, Use: said.Use);
    }

    /// <summary>It does not know, or is not sure: what would have answered it is missing.</summary>
    private static bool IsPoor(JsonElement answer) => answer.ValueKind == JsonValueKind.Object
        && ((answer.TryGetProperty("known", out var known) && known.ValueKind == JsonValueKind.False)
            || (answer.TryGetProperty("confidence", out var sure) && sure.ValueKind == JsonValueKind.Number && sure.GetDouble() < Unsure));

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
        string? Model,
        int? MaxTurns,
        int? MaxCalls);
}
