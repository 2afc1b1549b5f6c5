using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Approvals;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Effects;
using BizQ.Core.Runs;

namespace BizQ.Web.Runs;

/// <summary>A run as the API says it. Effects and approvals are there when one run is read, not in lists.</summary>
public sealed record RunView(
    Guid Id, Guid AgentId, string AgentName, Guid AgentVersionId, string Type, string Title, RunStatus Status, bool Tainted,
    JsonElement Input, JsonElement? Output, JsonElement? Error, Money Cost, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt,
    int? DurationMs, string StartedBy, Guid? MailId, IReadOnlyList<EffectView>? Effects = null, IReadOnlyList<AskedView>? Approvals = null)
{
    /// <summary>The run that it repeats.</summary>
    public Guid? RepeatOf { get; init; }

    /// <summary>Nothing of it leaves.</summary>
    public bool Rehearsal { get; init; }

    /// <summary>The run that has called it.</summary>
    public Guid? ParentRunId { get; init; }

    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When it goes on by itself.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Why it does not move although nothing keeps it: agentPaused.</summary>
    public string? Held { get; init; }

    /// <summary>Who asked what of it, oldest first.</summary>
    public IReadOnlyList<NoteView>? History { get; init; }

    public static RunView Of(Run run) => new(
        run.Id, run.AgentId, run.AgentName, run.AgentVersionId, run.TaskType, run.Title, run.Status, run.Tainted,
        ArchivedJson.Told(run.Input, $"/api/v1/runs/{run.Id}/input")!.Value, ArchivedJson.Told(run.Output, $"/api/v1/runs/{run.Id}/output"),
        run.Error, new Money(run.CostUsd, "USD"), run.StartedAt, run.CompletedAt, run.DurationMs, run.StartedByName, run.MailId)
    {
        RepeatOf = run.RepeatOf,
        Rehearsal = run.Rehearsal,
        ParentRunId = run.ParentRunId,
        CancelRequestedAt = run.CancelRequestedAt,
        WakeAt = run.WakeAt,
    };

    public static RunView Of(RunDetail detail) => Of(detail.Run) with
    {
        Effects = [.. detail.Effects.Select(effect => EffectView.Of(effect, detail.EffectEvents))],
        Approvals = [.. detail.Approvals.Select(AskedView.Of)],
        Held = detail.Held ? "agentPaused" : null,
        History = [.. detail.Notes.Select(note => new NoteView(note.Asked, note.ByName, note.At, note.NewRunId))],
    };
}

/// <summary>A step as the API says it.</summary>
public sealed record StepView(
    Guid Id, string NodeId, string Kind, string? Title, int Sequence, StepStatus Status, JsonElement? Input, JsonElement? Output,
    JsonElement? Evidence, string? Model, int? InputTokens, int? OutputTokens, Money? Cost, Guid? EffectId, Guid? ApprovalId,
    JsonElement? Error, int Attempt, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, double? DurationMs)
{
    /// <summary>The round of a loop it belongs to; empty outside of loops.</summary>
    public string Path { get; init; } = "";

    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>How large its input is, where a list leaves input and output out because they are; GET the step by itself.</summary>
    public int? InputBytes { get; init; }

    public int? OutputBytes { get; init; }

    public static StepView Of(ListedStep listed) => listed.Shortened ? Of(listed.Step) with { InputBytes = listed.InputBytes, OutputBytes = listed.OutputBytes } : Of(listed.Step);

    /// <summary>Where all of an input or output is to be had.</summary>
    internal static string Url(Guid runId, Guid stepId, string part) => $"/api/v1/runs/{runId}/steps/{stepId}/{part}";

    public static StepView Of(RunStep step) => new(
        step.Id, step.NodeId, step.Kind, step.Title, step.Sequence, step.Status, ArchivedJson.Told(step.Input, Url(step.RunId, step.Id, "input")),
        ArchivedJson.Told(step.Output, Url(step.RunId, step.Id, "output")), step.Evidence, step.Model,
        step.InputTokens, step.OutputTokens, step.CostUsd is { } cost ? new Money(cost, "USD") : null, step.EffectId, step.ApprovalId,
        step.Error, step.Attempt, step.StartedAt, step.CompletedAt, step.DurationMs)
    {
        Path = step.Path,
        WakeAt = step.WakeAt,
    };
}

/// <summary>An effect inside a run, with its life so far.</summary>
public sealed record EffectView(
    Guid Id, string NodeId, string Operation, EffectState State, string Hash, string? Target, Money? Amount, JsonElement Arguments,
    JsonElement? OriginalArguments, Core.Validation.Verdict? Verdict, JsonElement? Findings, JsonElement? Result, string? Error,
    IReadOnlyList<EffectMove> Events)
{
    public static EffectView Of(Effect effect, IEnumerable<EffectEvent> events) => new(
        effect.Id, effect.NodeId, effect.Operation, effect.State, effect.Hash, effect.Target,
        effect is { Amount: { } amount, Currency: { } currency } ? new Money(amount, currency) : null,
        JsonElement.Parse(effect.Arguments), effect.OriginalArguments is { } original ? JsonElement.Parse(original) : null,
        effect.Verdict, effect.Findings, effect.Result, effect.Error,
        [.. events.Where(e => e.EffectId == effect.Id).Select(e => new EffectMove(e.From, e.To, e.ByName, e.Note, e.At))]);
}

public sealed record EffectMove(EffectState? From, EffectState To, string By, string? Note, DateTimeOffset At);

/// <summary>What a person was asked inside a run.</summary>
public sealed record AskedView(Guid Id, ApprovalKind Kind, ApprovalState State, string Title, string Why, DateTimeOffset RequestedAt, DateTimeOffset? DecidedAt, string? DecidedBy, string? Reason)
{
    public static AskedView Of(Approval approval) => new(
        approval.Id, approval.Kind, approval.State, approval.Title, approval.Why, approval.RequestedAt, approval.DecidedAt, approval.DecidedByName, approval.Reason);
}
