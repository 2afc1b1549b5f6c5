using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Agents.Waits;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Runtime;

/// <summary>Runs one node to what came of it: settings resolved, its kind called under a time limit, passing failures tried again.</summary>
public sealed class NodeWork(
    IEnumerable<INodeKind> kinds, Expressions expressions, EffectWork effects, RetryPause pause, Ids ids, TimeProvider clock, ILogger<NodeWork> log)
{
    /// <summary>Larger outputs and inputs fail the step: they belong into documents, not into the journal.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, INodeKind> _kinds = kinds.ToDictionary(k => k.Description.Kind, StringComparer.Ordinal);

    /// <summary>
    /// Null when it was stopped before anything came of it. The one place where a node's unexpected exceptions are caught: they
    /// become the step's stored failure.
    /// </summary>
    internal async Task<Worked?> Start(RunJournal journal, Graph graph, Due due, JsonElement scope, CancellationToken stop)
    {
        var (node, started, since) = (due.Node, clock.GetUtcNow(), clock.GetTimestamp());
        try
        {
            return await Start(journal, graph, due, scope, started, since, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception problem)
        {
            var reference = ids.New().ToString("N")[^8..];
            log.LogError(problem, "Node {Node} ({Kind}) of run {Run} failed unexpectedly, reference {Reference}", node.Id, node.Kind, journal.Run.Id, reference);
            return Failed(due, started, since, null, "unexpected", $"Something in BizQ went wrong here; it is not the agent's fault. The log has the details under the reference {reference}.");
        }
    }

    private async Task<Worked?> Start(
        RunJournal journal, Graph graph, Due due, JsonElement scope, DateTimeOffset started, long since, CancellationToken stop)
    {
        var (run, node) = (journal.Run, due.Node);
        if (!_kinds.TryGetValue(node.Kind, out var kind))
            return Failed(due, started, since, null, "unknownKind", $"This version of BizQ has no node kind '{node.Kind}'.");
        var resolved = expressions.Resolve(node.Settings ?? Json.EmptyObject, kind.Description.Expressions, scope);
        if (resolved.Refusal is { } refusal)
            return Failed(due, started, since, null, refusal.Code, refusal.Message);
        var input = resolved.Value;
        var gathered = journal.Gathered(due.Path);
        var given = new NodeRun(run.WorkspaceId, run.Id, run.AgentId, graph.Definition, node, input, gathered, scope, run.CostUsd);
        switch (await Attempt(kind, given, stop))
        {
            case NodeResult.Completed done when Bytes(done.Output) > MostBytes || Bytes(input) > MostBytes:
                return Failed(due, started, since, null, "tooLarge", $"The step's input or output is larger than {MostBytes:N0} bytes. Select the parts that are needed, or store it as a document.");
            case NodeResult.Completed done:
                return new Worked(due, null, started, Spent(since))
                {
                    Status = StepStatus.Succeeded,
                    Input = input,
                    Output = done.Output.ValueKind == JsonValueKind.Undefined ? null : done.Output,
                    Evidence = done.Evidence,
                    Use = done.Use,
                    Taints = done.Taints,
                };
            case NodeResult.Ask ask:
                return new Worked(due, null, started, Spent(since)) { Status = StepStatus.Waiting, Input = input, Approval = ApprovalFor(run, node, ask) };
            case NodeResult.Propose propose:
                return await effects.Propose(run, graph.Definition, due, propose, input, gathered, started, stop);
            case NodeResult.Repeat:
                return Begun(journal, due, input, started, Spent(since));
            case NodeResult.Pause rest:
                return Pauses.Begin(journal, due, rest, input, started, Spent(since), ids);
            case NodeResult.Failed failed:
                return Failed(due, started, since, input, failed.Code, failed.Message) with { Use = failed.Use };
            default:
                throw new InvalidOperationException($"The node kind '{node.Kind}' returned something the run loop does not know.");
        }
    }

    private async Task<NodeResult> Attempt(INodeKind kind, NodeRun given, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await Once(kind, given, stop);
            if (result is not NodeResult.Failed { Retryable: true } || attempt == RetryPause.Attempts)
                return result;
            await Task.Delay(pause.After(attempt), clock, stop);
        }
    }

    private async Task<NodeResult> Once(INodeKind kind, NodeRun given, CancellationToken stop)
    {
        var timeout = given.Node.TimeoutSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : kind.Patience ?? UsualTimeout;
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
    private Worked Begun(RunJournal journal, Due due, JsonElement input, DateTimeOffset started, double spent)
    {
        var before = journal.FrameAt(due.Path)?.Before(due.Node.Id);
        var given = before?.Input ?? input;
        if (Bytes(given) > MostBytes)
            return new Worked(due, null, started, spent) { Status = StepStatus.Failed, Error = Worked.ErrorOf("tooLarge", $"The items are larger than {MostBytes:N0} bytes together. Let them be ids, and look each up inside of the loop.") };
        var rounds = before is null ? 0 : LoopPlan.Rounds(before);
        return new Worked(due, null, started, spent) { Status = StepStatus.Waiting, Input = given, Output = rounds > 0 ? Json.Element(new { rounds }) : null };
    }

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

    private Worked Failed(Due due, DateTimeOffset started, long since, JsonElement? input, string code, string message) =>
        new(due, null, started, Spent(since)) { Status = StepStatus.Failed, Input = input is { } given && Bytes(given) <= MostBytes ? input : null, Error = Worked.ErrorOf(code, message) };

    private double Spent(long since) => clock.GetElapsedTime(since).TotalMilliseconds;

    private static int Bytes(JsonElement element) =>
        element.ValueKind == JsonValueKind.Undefined ? 0 : System.Text.Encoding.UTF8.GetByteCount(element.GetRawText());
}
