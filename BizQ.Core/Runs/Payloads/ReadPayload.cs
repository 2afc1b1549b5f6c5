using System.Text.Json;
using BizQ.Core.Workspaces;

namespace BizQ.Core.Runs;

public enum PayloadPart { Input, Output }

/// <param name="Of">Whose it is: a node's id, or "run".</param>
public sealed record Payload(string Of, JsonElement? Value);

/// <summary>One payload by itself and whole, wherever it lies: to be downloaded, never part of a list.</summary>
public sealed class ReadPayload(ReadRun runs, ReadStep steps, RunPayloads payloads)
{
    public async Task<Outcome<Payload>> OfRun(Actor actor, Guid runId, PayloadPart part, CancellationToken cancel)
    {
        var read = await runs.Outline(actor, runId, cancel);
        return read.Refusal is { } refusal ? refusal : await Whole(actor, "run", part == PayloadPart.Input ? read.Value.Run.Input : read.Value.Run.Output, cancel);
    }

    public async Task<Outcome<Payload>> OfStep(Actor actor, Guid runId, Guid stepId, PayloadPart part, CancellationToken cancel)
    {
        var read = await steps.Run(actor, runId, stepId, cancel);
        return read.Refusal is { } refusal ? refusal : await Whole(actor, read.Value.Step.NodeId, part == PayloadPart.Input ? read.Value.Step.Input : read.Value.Step.Output, cancel);
    }

    /// <summary>What somebody may not see has been covered before, and then it refers to nothing.</summary>
    private async Task<Outcome<Payload>> Whole(Actor actor, string of, JsonElement? stored, CancellationToken cancel)
    {
        try
        {
            return new Payload(of, await payloads.Whole(actor.WorkspaceId, stored, cancel));
        }
        catch (PayloadLostException)
        {
            return Lost;
        }
    }

    internal static readonly Refusal Lost = new(RefusalKind.NotFound, "payloadLost", "What was here was too large for the database and is not in the archive any more. Restore the archive together with the database.");
}
