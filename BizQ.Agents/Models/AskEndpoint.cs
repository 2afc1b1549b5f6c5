using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.Endpoints;
using BizQ.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models;

/// <summary>Lets an endpoint do a task: says it as a prompt, reads the answer, and asks once more when it cannot be used.</summary>
public sealed class AskEndpoint(TaskPrompt prompts, DraftText drafts)
{
    /// <summary>The first answer and one repair. A model that fails twice fails again; another one may not.</summary>
    private const int MostAnswers = 2;
    /// <summary>A token is about four letters of English; good enough for a budget, and for servers that do not count.</summary>
    internal const int CharactersPerToken = 4;

    internal async Task<JsonElement> Run(Endpoint endpoint, ModelTask task, Bill bill, CancellationToken cancel)
    {
        var form = await AnswerForm.Of(task);
        var messages = await prompts.Of(task, form, Filled(task, cancel), cancel);
        for (var answers = 1; ; answers++)
        {
            var asked = messages.Sum(message => (long)message.Text.Length) / CharactersPerToken;
            bill.MustAllow(endpoint.Options, asked);
            var response = await endpoint.Ask(messages, FormatOf(endpoint.Options, form), cancel);
            bill.Add(endpoint.Options, response.Usage?.InputTokenCount ?? asked, response.Usage?.OutputTokenCount ?? response.Text.Length / CharactersPerToken);
            MustBeWhole(endpoint, response);
            var (output, problem) = form.Read(response.Text);
            if (problem is null)
                return output;
            if (answers == MostAnswers)
                throw new ModelException("answerUnusable", $"{endpoint.Options.Name} gave no usable answer, also when it was asked again. {problem}", retryable: false);
            messages.Add(new ChatMessage(ChatRole.Assistant, response.Text));
            messages.Add(await prompts.Repair(form, problem, cancel));
        }
    }

    /// <summary>The agent's template with its values: what the built-in model would write is a good place for a larger one to start.</summary>
    private string? Filled(ModelTask task, CancellationToken cancel) => task is { Kind: ModelTaskKind.Draft, Template: { Length: > 0 } template }
        ? drafts.Run(template, task.Values ?? Core.Json.EmptyObject, cancel).Text
        : null;

    internal static ChatResponseFormatJson? FormatOf(EndpointOptions options, AnswerForm form) => (form.Schema, options.StructuredOutput) switch
    {
        (null, _) or (_, StructuredOutput.Prompt) => null,
        ({ } schema, StructuredOutput.Schema) => ChatResponseFormat.ForJsonSchema(schema, "answer"),
        _ => ChatResponseFormat.Json,
    };

    internal static void MustBeWhole(Endpoint endpoint, ChatResponse response)
    {
        var name = endpoint.Options.Name;
        if (response.FinishReason == ChatFinishReason.Length)
            throw new ModelException("answerCut", $"{name} did not finish within {endpoint.Options.MaxOutputTokens} tokens. Raise Models:Endpoints:…:MaxOutputTokens, or ask for less.", retryable: false);
        if (response.FinishReason == ChatFinishReason.ContentFilter)
            throw new ModelException("answerWithheld", $"{name} wrote an answer, but its content filter withholds it.", retryable: false);
        if (response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().FirstOrDefault() is { } declined)
            throw new ModelException("modelDeclined", $"{name} declines to do this. It says: {declined.Message}", retryable: false);
        if (response.Text.Length > Endpoint.MostCharacters)
            throw new ModelException("answerTooLong", $"{name} wrote more than any answer needs.", retryable: false);
    }
}
