using BizQ.Agents.Models.Endpoints;
using BizQ.Core;
using BizQ.Core.Workspaces;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models;

/// <summary>How a model answered when it was only asked whether it is there.</summary>
/// <param name="Text">What it said, or why it did not.</param>
public sealed record TriedModel(bool Answered, string Text, double DurationMs, long InputTokens, long OutputTokens);

/// <summary>Asks a connected model one small question, so that a person sees that address, key and name are right.</summary>
public sealed class TryModel(ConnectedModels connected, TimeProvider clock)
{
    /// <summary>More of its answer is not needed to see that it answers.</summary>
    private const int MostShown = 300;

    public async Task<Outcome<TriedModel>> Run(Actor actor, string name, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } lacking)
            return lacking;
        if (connected.Named(name) is not { } endpoint)
            return Refusal.NotFound("model");
        var since = clock.GetTimestamp();
        try
        {
            var response = await endpoint.Ask([new ChatMessage(ChatRole.User, "Say in one short sentence that you are there.")], format: null, cancel);
            var text = response.Text.Trim();
            return new TriedModel(text.Length > 0, text.Length == 0 ? "It answered, but with nothing." : text.Length <= MostShown ? text : text[..MostShown] + "…",
                clock.GetElapsedTime(since).TotalMilliseconds, response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        }
        catch (ModelException problem)
        {
            return new TriedModel(false, problem.Message, clock.GetElapsedTime(since).TotalMilliseconds, 0, 0);
        }
    }
}
