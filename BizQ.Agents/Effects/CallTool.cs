using System.Text.Json;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Effects;

/// <summary>The one place that calls a tool for real, and that knows what its answer, its silence or its failure means.</summary>
public sealed class CallTool(IEnumerable<ITool> tools, AgentCatalog catalog, Ids ids, TimeProvider clock, ILogger<CallTool> log)
{
    /// <summary>How long a tool may take to answer; a mail server that needs longer has usually lost the connection.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A second try at once mends a connection that was dropped; anything longer is for a person to see.
    private const int Attempts = 2;

    private const string Desk = "BizQ";

    private readonly ITool[] _tools = [.. tools];

    public async Task<Executed> Run(Run run, Effect effect, CancellationToken cancel)
    {
        if (effect.State != EffectState.Intended)
            throw new InvalidOperationException($"An effect must be Intended and committed before it is executed; this one is {effect.State}.");
        var tool = _tools.FirstOrDefault(t => t.Operations.Any(o => o.Name == effect.Operation));
        if (tool is null)
            return End(run, effect, new ToolResult.Failed("unknownOperation", $"BizQ has no operation '{effect.Operation}' any more.", Retryable: false));
        var call = CallOf(effect);
        var idempotent = tool.Operations.First(o => o.Name == effect.Operation).Idempotent;
        for (var attempt = 1; ; attempt++)
        {
            var result = await Call(tool, call, cancel);
            var mayRepeat = result is ToolResult.Failed { Retryable: true } || (result is ToolResult.Uncertain && idempotent);
            if (!mayRepeat || attempt == Attempts)
                return End(run, effect, result);
        }
    }

    public async Task<Executed> Recover(Run run, Effect effect, CancellationToken cancel) =>
        Operation(effect) is { Idempotent: true }
            ? await Run(run, effect, cancel)
            : End(run, effect, new ToolResult.Uncertain("BizQ was stopped while this was under way."));

    internal static ToolCall CallOf(Effect effect) =>
        new(effect.WorkspaceId, effect.RunId, effect.Id, effect.Operation, JsonElement.Parse(effect.Arguments), effect.IdempotencyKey);

    private async Task<ToolResult> Call(ITool tool, ToolCall call, CancellationToken cancel)
    {
        using var timeOut = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeOut.Token);
        try
        {
            // WaitAsync, because a tool may be deaf to its token.
            return await tool.Execute(call, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeOut.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new ToolResult.Uncertain($"There was no answer within {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // A bug in a tool says nothing about whether it acted.
            log.LogError(problem, "The tool of {Operation} failed unexpectedly for effect {Effect}", call.Operation, call.EffectId);
            return new ToolResult.Uncertain("The tool failed unexpectedly; the log has the details.");
        }
    }

    private Executed End(Run run, Effect effect, ToolResult result)
    {
        var now = clock.GetUtcNow();
        switch (result)
        {
            case ToolResult.Done done:
                effect.Result = done.Result;
                effect.Error = null;
                return new Executed(effect, [EffectLife.Move(effect, EffectState.Done, Mover.Desk, Desk, null, now, ids)], null);
            case ToolResult.Failed failed:
                effect.Error = failed.Message;
                var failure = EffectLife.Move(effect, EffectState.Failed, Mover.Desk, Desk, failed.Message, now, ids);
                return new Executed(effect, [failure], failed.Retryable ? Ask(run, effect, $"{failed.Message} Nothing was done. Try again, or give up.", now) : null);
            default:
                var why = ((ToolResult.Uncertain)result).Message;
                effect.Error = why;
                var doubt = EffectLife.Move(effect, EffectState.Uncertain, Mover.Desk, Desk, why, now, ids);
                return new Executed(effect, [doubt], Ask(run, effect, $"{why} It may or may not have been done: look first, then say what to do.", now));
        }
    }

    private Approval Ask(Run run, Effect effect, string why, DateTimeOffset now) =>
        AskPerson.AboutOutcome(effect, Operation(effect), run.AgentName, why, now, ids);

    private OperationDescription? Operation(Effect effect) => catalog.Operations.FirstOrDefault(o => o.Name == effect.Operation);
}
