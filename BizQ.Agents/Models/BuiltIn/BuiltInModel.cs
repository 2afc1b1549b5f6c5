using System.Runtime.CompilerServices;
using System.Text.Json;
using BizQ.Agents.Models.BuiltIn.Classifying;
using BizQ.Core;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// The model that is there with no key and no network. It picks and fills, it does not reason: it classifies by the labels'
/// examples, extracts with recognisers, answers with passages and drafts from templates. What it cannot do it refuses by name.
/// The task travels in <see cref="ChatOptions.AdditionalProperties"/>; the messages, which hold the same as a prompt, are not read.
/// </summary>
public sealed class BuiltInModel(ClassifyText classify, ExtractFields extract, AnswerFromEvidence answer, DraftText draft) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options?.AdditionalProperties is null || !options.AdditionalProperties.TryGetValue(nameof(ModelTask), out ModelTask? task))
            throw NeedsLarger("This is a conversation");
        var text = Json.Text(await Do(task, cancellationToken));
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { ModelId = ModelUse.BuiltIn, FinishReason = ChatFinishReason.Stop };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    /// <summary>Whether the built-in model can stand in for another one.</summary>
    public static bool Can(ModelTask task) => task.Kind switch
    {
        ModelTaskKind.Classify => task.Labels is { Count: > 0 },
        ModelTaskKind.Extract => task.Schema is not null,
        ModelTaskKind.Answer => true,
        ModelTaskKind.Draft => task.Template is { Length: > 0 },
        _ => false,
    };

    private async Task<JsonElement> Do(ModelTask task, CancellationToken cancel) => task.Kind switch
    {
        ModelTaskKind.Classify => Json.Element(await classify.Run(task.Input, task.Labels ?? [], cancel)),
        ModelTaskKind.Extract when task.Schema is { } schema => extract.Run(task.Input, schema, cancel),
        ModelTaskKind.Answer => Json.Element(answer.Run(task.Input, task.Evidence ?? [], cancel)),
        ModelTaskKind.Draft when task.Template is { Length: > 0 } template => Json.Element(draft.Run(template, task.Values ?? Json.EmptyObject, cancel)),
        ModelTaskKind.Draft => throw NeedsLarger("Drafting without a template"),
        ModelTaskKind.Extract => throw NeedsLarger("Extracting without a schema"),
        _ => throw NeedsLarger("A free task"),
    };

    private static ModelException NeedsLarger(string what) => new(
        "needsLargerModel",
        $"{what} needs a larger model than the built-in one. Connect one: add an endpoint (name, base URL, model, and the environment variable that holds its key) under Models:Endpoints in appsettings.json.",
        retryable: false);
}
