using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>Runs one node to what came of it: settings resolved, its kind called under a time limit, passing failures tried again.</summary>
public sealed class NodeWork(
    IEnumerable<INodeKind> kinds, Expressions expressions, EffectWork effects, RetryPause pause, Ids ids, TimeProvider clock, ILogger<NodeWork> log)
{
    /// <summary>Larger outputs and inputs fail the step: they belong into documents. Whatever is too large for a row lies in the archive, and this is what that keeps.</summary>
    public const int MostBytes = Archive.MostBytes;

    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Longer pauses between attempts are recorded instead of being waited for.</summary>
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, INodeKind> _kinds = kinds.ToDictionary(k => k.Description.Kind, StringComparer.Ordinal);

    /// <summary>What of the scope these nodes may look at.</summary>
    internal ScopeNames Named(IEnumerable<NodeDefinition> nodes) => ScopeNames.In(nodes, node => _kinds.TryGetValue(node.Kind, out var kind) && kind.ReadsScope);

    /// <summary>
    /// Null when it was stopped before anything came of it. The one place where a node's unexpected exceptions are caught: they
    /// become the step's stored failure.
    /// </summary>
    internal async Task<Worked?> Start(NodeStart start, CancellationToken stop)
    {
        var since = clock.GetTimestamp();
        var (node, begun) = (start.Due.Node, new Worked(start.Due, start.Again, clock.GetUtcNow(), 0) { Status = StepStatus.Failed, Tries = start.Tried + 1 });
        try
        {
            return await Start(start, begun, stop) with { DurationMs = clock.GetElapsedTime(since).TotalMilliseconds };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception problem)
        {
            var reference = ids.New().ToString("N")[^8..];
            log.LogError(problem, "Node {Node} ({Kind}) of run {Run} failed unexpectedly, reference {Reference}", node.Id, node.Kind, start.Run.Id, reference);
            return Failed(begun, null, "unexpected", $"Something in BizQ went wrong here; it is not the agent's fault. The log has the details under the reference {reference}.") with { DurationMs = clock.GetElapsedTime(since).TotalMilliseconds };
        }
    }

    private async Task<Worked> Start(NodeStart start, Worked begun, CancellationToken stop)
    {
        var (run, agent, node) = (start.Run, start.Graph.Definition, start.Due.Node);
        if (!_kinds.TryGetValue(node.Kind, out var kind))
            return Failed(begun, null, "unknownKind", $"This version of BizQ has no node kind '{node.Kind}'.");
        var settings = node.Settings ?? Json.EmptyObject;
        var resolved = start.Due.Literal ? settings : expressions.Resolve(settings, kind.Description.Expressions, start.Scope);
        if (resolved.Refusal is { } refusal)
            return Failed(begun, null, refusal.Code, refusal.Message);
        var input = resolved.Value;
        var given = new NodeRun(run.WorkspaceId, run.Id, run.AgentId, agent, node, input, start.Gathered, start.Scope, run.CostUsd)
        {
            ByModel = start.Due.Literal,
            Dialog = start.Due.Dialog,
            Rehearsal = run.Rehearsal,
        };
        // What a turn is given stands in the model's own step already.
        if (start.Due.Dialog is { } dialog)
            input = Json.Element(new { turn = dialog.Turn + 1 });
        if (ArchivedJson.Bytes(input) > MostBytes)
            return Failed(begun, null, "tooLarge", $"The step's input is larger than {MostBytes:N0} bytes. Select the parts that are needed, or store it as a document.");
        var (result, tries, pause) = await Attempt(kind, given, start.Tried, stop);
        begun = begun with { Tries = tries };
        switch (result)
        {
            case NodeResult.Completed done when ArchivedJson.Bytes(done.Output) > MostBytes:
                return Failed(begun, input, "tooLarge", $"The step's output is larger than {MostBytes:N0} bytes. Select the parts that are needed, or store it as a document.");
            case NodeResult.Ask { Shown: var shown } when ArchivedJson.LargeBytes(shown) > 0:
                return Failed(begun, input, "tooLarge", $"What a person is shown is larger than {ArchivedJson.MostInline:N0} bytes, which nobody reads. Show the part that matters.");
            case NodeResult.Propose { Arguments: var arguments } when ArchivedJson.LargeBytes(arguments) > 0:
                return Failed(begun, input, "tooLarge", $"What is to be done says more than {ArchivedJson.MostInline:N0} bytes. Select the parts that are needed, or name a document.");
            case NodeResult.Completed done:
                return begun with
                {
                    Status = StepStatus.Succeeded,
                    Input = input,
                    Output = done.Output.ValueKind == JsonValueKind.Undefined ? null : done.Output,
                    Evidence = done.Evidence,
                    Use = done.Use,
                    Taints = done.Taints,
                };
            case (NodeResult.Ask or NodeResult.Pause) and var wait when run.Rehearsal:
                return begun with { Status = StepStatus.Succeeded, Input = input, Output = Rehearsed(start, wait is NodeResult.Ask) };
            case NodeResult.Ask ask:
                return begun with { Status = StepStatus.Waiting, Input = input, Approval = ApprovalFor(run, node, ask) };
            case NodeResult.Propose propose:
                return await effects.Propose(run, agent, start.Due, propose, input, start.Gathered, begun.StartedAt, stop) with { Waited = start.Again, Tries = tries };
            case NodeResult.Repeat:
                return Begun(begun, start, input, clock.GetUtcNow());
            case NodeResult.Pause rest:
                return Pauses.Begin(start, begun, rest, input, ids);
            case NodeResult.Failed failed when pause is { } wait:
                return Failed(begun, input, failed.Code, failed.Message) with { Status = StepStatus.Waiting, WakeAt = clock.GetUtcNow() + wait, Use = failed.Use };
            case NodeResult.Failed failed:
                return Failed(begun, input, failed.Code, failed.Message) with { Use = failed.Use };
            default:
                throw new InvalidOperationException($"The node kind '{node.Kind}' returned something the run loop does not know.");
        }
    }

    /// <summary>
    /// Tries as often as it is worth and allowed. Short pauses are waited for here; before a long one the step is recorded and
    /// rests, so that it outlives the process and keeps nobody busy.
    /// </summary>
    private async Task<(NodeResult Result, int Tries, TimeSpan? Pause)> Attempt(INodeKind kind, NodeRun given, int tried, CancellationToken stop)
    {
        for (var attempt = tried + 1; ; attempt++)
        {
            var result = await Once(kind, given, stop);
            if (result is not NodeResult.Failed failed || pause.After(given.Node.Retry, failed, attempt) is not { } wait)
                return (result, attempt, null);
            if (wait > LongestStay)
                return (result, attempt, wait);
            await Task.Delay(wait, clock, stop);
        }
    }

    private async Task<NodeResult> Once(INodeKind kind, NodeRun given, CancellationToken stop)
    {
        // A limit on all that a node leads to is no limit on the moment in which that begins.
        var timeout = given.Node.TimeoutSeconds is { } seconds and > 0 && !kind.Description.LimitsAll ? TimeSpan.FromSeconds(seconds) : kind.Patience ?? UsualTimeout;
        using var tooLong = new CancellationTokenSource(timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, stop);
        try
        {
            // A kind that does not listen to its token is left behind rather than waited for.
            return await kind.Run(given, both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new NodeResult.Failed("timedOut", $"It took longer than {timeout.TotalSeconds:0.#} s. Give the node a longer timeout if that is normal.");
        }
        catch (ModelException problem)
        {
            return new NodeResult.Failed(problem.Code, problem.Message, problem.Retryable, problem.Use);
        }
    }

    /// <summary>A loop's step waits while its rounds go on. One that is tried again goes on with the items it had, so that rounds that were done stay done.</summary>
    private static Worked Begun(Worked begun, NodeStart start, JsonElement input, DateTimeOffset now)
    {
        var before = start.Before;
        var given = before?.Input ?? input;
        var rounds = before is null ? 0 : LoopPlan.Rounds(before);
        return begun with { Status = StepStatus.Waiting, Input = given, Output = rounds > 0 ? Json.Element(new { rounds }) : null, WakeAt = EndOf(start.Due.Node, now) };
    }

    /// <summary>When the time of a loop that begins now is over; null when it has all the time its rounds take.</summary>
    internal static DateTimeOffset? EndOf(NodeDefinition loop, DateTimeOffset now) => loop.TimeoutSeconds is { } seconds ? now.AddSeconds(seconds) : null;

    /// <summary>What a pause came to. One that ended with an error is tried again where its node says so.</summary>
    internal Worked Over(Due due, RunStep step, int retries)
    {
        var (over, tries) = (Pauses.Over(due, step), step.Attempt - retries);
        return over.Error is { } error && due.Node.Retry is { } retry && pause.After(retry, error, tries, worth: true) is { } wait
            ? over with { Status = StepStatus.Waiting, Input = step.Input, Tries = tries, WaitsAgain = true, WakeAt = clock.GetUtcNow() + wait }
            : over;
    }

    /// <summary>Nobody is asked and nothing is waited for in a rehearsal: it goes as it went then, or as people hope where there is no then.</summary>
    private static JsonElement Rehearsed(NodeStart start, bool asked) =>
        start.Past ?? Json.Element(new { @case = asked ? "approved" : "rehearsed", reason = "A rehearsal asks nobody and waits for nothing.", by = "BizQ" });

    private Approval ApprovalFor(Run run, NodeDefinition node, NodeResult.Ask ask) => new()
    {
        Id = ids.New(),
        WorkspaceId = run.WorkspaceId,
        Kind = ApprovalKind.Step,
        RunId = run.Id,
        AgentId = run.AgentId,
        AgentName = run.AgentName,
        NodeId = node.Id,
        Title = ask.Title,
        Why = ask.Why,
        Shown = ask.Shown,
        RequestedAt = clock.GetUtcNow(),
    };

    private static Worked Failed(Worked begun, JsonElement? input, string code, string message) =>
        begun with { Input = input, Error = Worked.ErrorOf(code, message) };
}
