using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.Endpoints;
using BizQ.Agents.Prompts;
using BizQ.Core;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models.ToolUse;

/// <summary>What a turn may use, and how far it may go.</summary>
/// <param name="MostTurns">In the last one no tool may be called for any more.</param>
public sealed record TurnRules(IReadOnlyList<ToolOffer> Offers, int MostTurns, int MostCalls);

/// <summary>Asks an endpoint for one turn of a tool loop: all that was said before, and then its answer or its next calls.</summary>
public sealed class AskTurn(TaskPrompt prompts, DraftText drafts)
{
    /// <summary>More of one result than this is cut: ten turns of eight calls must still fit into what a model takes in.</summary>
    private const int MostOfResult = 20_000;

    internal async Task<TurnSaid> Run(Endpoint endpoint, ModelTask task, Dialog dialog, TurnRules rules, Bill bill, CancellationToken cancel)
    {
        var form = await AnswerForm.Of(task);
        var messages = await Messages(task, form, dialog, rules, cancel);
        var last = dialog.Turn + 1 >= rules.MostTurns;
        var asked = messages.Sum(Length) / AskEndpoint.CharactersPerToken;
        bill.MustAllow(endpoint.Options, asked);
        var response = await endpoint.Ask(messages, new ChatOptions
        {
            ResponseFormat = AskEndpoint.FormatOf(endpoint.Options, form),
            Tools = [.. rules.Offers.Select(offer => offer.Declaration())],
            ToolMode = last ? ChatToolMode.None : ChatToolMode.Auto,
        }, cancel);
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        bill.Add(endpoint.Options, response.Usage?.InputTokenCount ?? asked, response.Usage?.OutputTokenCount ?? (response.Text.Length + calls.Sum(Length)) / AskEndpoint.CharactersPerToken);
        AskEndpoint.MustBeWhole(endpoint, response);
        if (calls.Count > 0)
        {
            return last
                ? throw new ModelException("tooManyTurns", $"{endpoint.Options.Name} still called for tools in the last of its {rules.MostTurns} turns. Raise the node's maxTurns, or ask for less.", retryable: false)
                : new TurnSaid(Calls: ReadCalls.Of(calls, dialog, rules), Text: response.Text.Length > 0 ? response.Text : null);
        }
        var (output, problem) = form.Read(response.Text);
        if (problem is null)
            return new TurnSaid(Answer: output);
        // A model that fails twice in a row fails again.
        if (last || dialog.Past is [.., { Said.Problem: not null }])
            throw new ModelException("answerUnusable", $"{endpoint.Options.Name} gave no usable answer{(last ? "" : ", also when it was asked again")}. {problem}", retryable: false);
        return new TurnSaid(Text: response.Text, Problem: problem);
    }

    private async Task<List<ChatMessage>> Messages(ModelTask task, AnswerForm form, Dialog dialog, TurnRules rules, CancellationToken cancel)
    {
        var filled = task is { Kind: ModelTaskKind.Draft, Template: { Length: > 0 } template } ? drafts.Run(template, task.Values ?? Json.EmptyObject, cancel).Text : null;
        var messages = await prompts.Of(task, form, filled, cancel);
        messages[0] = new ChatMessage(ChatRole.System, $"{messages[0].Text}\n\n{await prompts.Tools(rules.MostCalls, cancel)}");
        foreach (var turn in dialog.Past)
        {
            var said = new ChatMessage(ChatRole.Assistant, []);
            if (turn.Said.Text is { Length: > 0 } text)
                said.Contents.Add(new TextContent(text));
            foreach (var call in turn.Said.Calls ?? [])
                said.Contents.Add(new FunctionCallContent(call.Id, NameOf(call, rules), ArgumentsOf(call)));
            messages.Add(said);
            foreach (var call in turn.Said.Calls ?? [])
                messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.Id, Told(turn.Results[call.Id]))]));
            if (turn.Said.Problem is { } problem)
                messages.Add(await prompts.Repair(form, problem, cancel));
        }
        return messages;
    }

    private static string NameOf(ToolCalled call, TurnRules rules) => rules.Offers.FirstOrDefault(offer => offer.Tool == call.Tool)?.Name ?? "unknown_tool";

    private static Dictionary<string, object?> ArgumentsOf(ToolCalled call) =>
        call.Arguments.ValueKind == JsonValueKind.Object ? call.Arguments.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => (object?)p.Value) : [];

    /// <summary>Whatever a tool brought may have been written by anybody.</summary>
    private static string Told(JsonElement result)
    {
        var text = result.GetRawText();
        return Fence.Around("RESULT", text.Length <= MostOfResult ? text : $"{text.AsSpan(0, MostOfResult)}\n[cut: {text.Length - MostOfResult} more characters]");
    }

    private static long Length(ChatMessage message) => message.Contents.Sum(content => content switch
    {
        TextContent text => text.Text.Length,
        FunctionCallContent call => Length(call),
        FunctionResultContent { Result: string result } => result.Length,
        _ => 0,
    });

    private static long Length(FunctionCallContent call) => call.Name.Length + (call.Arguments is { } arguments ? Json.Text(arguments).Length : 0);
}
