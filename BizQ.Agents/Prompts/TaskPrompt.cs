using System.Globalization;
using System.Text;
using BizQ.Agents.Models;
using BizQ.Core.Context;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Prompts;

/// <summary>
/// Says a task as a prompt: the agent's own words in the system message, everything from outside fenced in the user message.
/// </summary>
public sealed class TaskPrompt(PromptTexts texts, TimeProvider clock)
{
    public async Task<List<ChatMessage>> Of(ModelTask task, AnswerForm form, string? filledTemplate, CancellationToken cancel) =>
    [
        new(ChatRole.System, await texts.Fill(NameOf(task.Kind), Values(task, form), cancel)),
        new(ChatRole.User, Given(task, filledTemplate)),
    ];

    /// <summary>What a model is told that may use tools.</summary>
    public Task<string> Tools(int most, CancellationToken cancel) =>
        texts.Fill("tools", new Dictionary<string, string> { ["most"] = most.ToString(CultureInfo.InvariantCulture) }, cancel);

    /// <summary>Asks once more after an answer that cannot be used.</summary>
    public async Task<ChatMessage> Repair(AnswerForm form, string problem, CancellationToken cancel) =>
        new(ChatRole.User, await texts.Fill("repair", new Dictionary<string, string> { ["problem"] = problem, ["form"] = form.Words }, cancel));

    private static string NameOf(ModelTaskKind kind) => kind.ToString().ToLowerInvariant();

    private Dictionary<string, string> Values(ModelTask task, AnswerForm form) => new()
    {
        ["instruction"] = string.IsNullOrWhiteSpace(task.Instruction) ? "" : $"\nWhat the business asks of you:\n{task.Instruction.Trim()}",
        ["rule"] = Fence.Rule,
        ["form"] = form.Words,
        ["labels"] = Labels(task.Labels ?? []),
        ["today"] = clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>The builder's own words, with a few examples of each label: more cost tokens in every mail and add little.</summary>
    private static string Labels(IReadOnlyList<LabelExample> labels)
    {
        const int mostExamples = 3;
        const int mostCharacters = 200;
        var text = new StringBuilder();
        foreach (var label in labels)
        {
            text.Append("- ").Append(label.Name);
            if (!string.IsNullOrWhiteSpace(label.Description))
                text.Append(": ").Append(label.Description.Trim());
            text.Append('\n');
            foreach (var example in (label.Examples ?? []).Where(example => !string.IsNullOrWhiteSpace(example)).Take(mostExamples))
                text.Append("  for example: ").Append(OneLine(example, mostCharacters)).Append('\n');
        }
        return text.ToString().TrimEnd('\n');
    }

    private static string Given(ModelTask task, string? filledTemplate)
    {
        var parts = new List<string>();
        if (task.Input.Length > 0 || task.Kind is ModelTaskKind.Classify or ModelTaskKind.Extract)
            parts.Add(Fence.Around(task.Kind == ModelTaskKind.Answer ? "QUESTION" : "INPUT", task.Input));
        if (task.Evidence is { Count: > 0 } evidence && task.Kind is ModelTaskKind.Answer or ModelTaskKind.Draft or ModelTaskKind.Free)
            parts.Add(Fence.Around("PASSAGES", Passages(evidence)));
        if (filledTemplate is { Length: > 0 })
            parts.Add("Keep to the order and the wording of this draft where it fits:\n" + Fence.Around("DRAFT", filledTemplate));
        else if (task.Kind == ModelTaskKind.Draft && task.Values is { ValueKind: System.Text.Json.JsonValueKind.Object } values && values.GetPropertyCount() > 0)
            parts.Add(Fence.Around("VALUES", values.GetRawText()));
        return parts.Count > 0 ? string.Join("\n\n", parts) : "There is no further input.";
    }

    private static string Passages(IReadOnlyList<Evidence> evidence) =>
        string.Join("\n\n", evidence.Select((e, i) => string.Create(CultureInfo.InvariantCulture, $"[{i + 1}] {OneLine(e.Title, 200)} ({OneLine(e.Source, 200)}, seen {e.ObservedAt:yyyy-MM-dd})\n{e.Text}")));

    private static string OneLine(string text, int most)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= most ? line : line[..most] + "…";
    }
}
