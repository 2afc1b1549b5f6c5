using System.Globalization;
using System.Text.Json;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Web.Controls;

namespace BizQ.Web.Runs;

/// <summary>The states of runs, steps and effects in words and tones: the same on every page.</summary>
public static class RunWords
{
    public static (string Text, Tone Tone) Of(RunStatus status) => status switch
    {
        RunStatus.Queued => ("Queued", Tone.Neutral),
        RunStatus.Running => ("Running", Tone.Accent),
        RunStatus.WaitingForApproval => ("Waiting for approval", Tone.Warn),
        RunStatus.WaitingForTime => ("Waiting for its time", Tone.Neutral),
        RunStatus.WaitingForEvent => ("Waiting for an event or agent", Tone.Neutral),
        RunStatus.Succeeded => ("Succeeded", Tone.Good),
        RunStatus.Failed => ("Failed", Tone.Bad),
        RunStatus.Cancelled => ("Cancelled", Tone.Neutral),
        _ => ("Parked", Tone.Warn),
    };

    /// <summary>As a list shows it: what keeps it from moving is said instead of what it was doing.</summary>
    public static (string Text, Tone Tone) Of(RunRow run) => run switch
    {
        { Held: true } => ("Held: agent paused", Tone.Warn),
        { Status: RunStatus.Running, CancelRequestedAt: not null } => ("Cancelling", Tone.Warn),
        _ => Of(run.Status),
    };

    public static (string Text, Tone Tone) Of(RunDetail detail) => detail switch
    {
        { Held: true } => ("Held: agent paused", Tone.Warn),
        { Run: { Status: RunStatus.Running, CancelRequestedAt: not null } } => ("Cancelling", Tone.Warn),
        _ => Of(detail.Run.Status),
    };

    /// <summary>A state as addresses and the API name it.</summary>
    public static string Name(RunStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>The sentence of a stored failure.</summary>
    public static string? Message(JsonElement? error) =>
        error is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("message", out var message) ? message.GetString() : error?.GetRawText();

    /// <summary>What to do about a parked run.</summary>
    public static string WhatToDo(JsonElement? error) => (error is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("code", out var code) ? code.GetString() : null) switch
    {
        "stepLimit" => "Raise limits.maxSteps on the agent, then retry with the newest version; or cancel the run if it goes round in circles.",
        "costLimit" => "Raise limits.costPerRun on the agent, then retry with the newest version.",
        "noEntry" => "Give the agent a trigger node that starts for this, then retry with the newest version.",
        "cannotRun" => "Mend the agent's definition, then retry with the newest version or start the run again.",
        "payloadLost" => "Restore the archive together with the database, then retry; or cancel the run.",
        "failsAgainAndAgain" => "The cause is in BizQ or its surroundings, not in the run: look into the log, then retry.",
        "hopLimit" or "depthLimit" => "Agents start each other in a circle. Break it, then cancel this run.",
        _ => "Look at the reason, mend it, then retry; or cancel the run.",
    };

    public static string Of(RunNote note) => note.Asked switch
    {
        RunAsk.Cancel => "asked it to stop",
        RunAsk.CancelNow => "stopped it at once",
        RunAsk.Retry => "let it go on",
        RunAsk.RetryOnNewest => "let it go on with the newest version",
        RunAsk.Rerun => "started it again",
        _ => "rehearsed it",
    };

    /// <summary>One that failed and was seen to by its agent is no alarm.</summary>
    public static (string Text, Tone Tone) Of(RunStep step) => step is { Status: StepStatus.Failed, LiveEdges: not null } ? ("Failed, handled", Tone.Warn) : Of(step.Status);

    public static (string Text, Tone Tone) Of(StepStatus status) => status switch
    {
        StepStatus.Waiting => ("Waiting", Tone.Warn),
        StepStatus.Succeeded => ("Done", Tone.Good),
        StepStatus.Failed => ("Failed", Tone.Bad),
        StepStatus.Skipped => ("Skipped", Tone.Neutral),
        _ => ("Tried again", Tone.Neutral),
    };

    /// <summary>What happens at the moment a waiting step names: a pause ends, a further attempt begins, or it is given up.</summary>
    public static string Moment(RunStep step) => step switch
    {
        { WaitsFor: StepWait.Event or StepWait.Run } => "Gives up",
        { Error: not null } => "Is tried again",
        { WaitsFor: null } => "Has until",
        _ => "Goes on",
    };

    public static (string Text, Tone Tone) Of(EffectState state) => state switch
    {
        EffectState.Done => ("Done", Tone.Good),
        EffectState.Failed => ("Failed", Tone.Bad),
        EffectState.Blocked => ("Blocked", Tone.Bad),
        EffectState.Uncertain => ("Uncertain", Tone.Warn),
        EffectState.Judged => ("Waiting for a person", Tone.Warn),
        EffectState.Rejected => ("Rejected", Tone.Neutral),
        EffectState.Undone => ("Undone", Tone.Neutral),
        EffectState.Rehearsed => ("Rehearsed", Tone.Neutral),
        EffectState.Approved or EffectState.Rechecked or EffectState.Intended => (state.ToString(), Tone.Accent),
        _ => (state.ToString(), Tone.Neutral),
    };

    public static string Trigger(string taskType) => taskType switch
    {
        "mail" => "Mail",
        "schedule" => "Schedule",
        "api" => "API",
        "manual" => "By hand",
        "webhook" => "Webhook",
        "event" => "Event",
        "queue" => "Queue",
        "agent" => "Another agent",
        _ => taskType,
    };

    public static string Duration(double? ms) => ms switch
    {
        null => "",
        < 1 => "< 1 ms",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 3_600_000:0.0} h"),
    };

    /// <summary>Dollars, with as many digits as a model's price needs; nothing for nothing.</summary>
    public static string Cost(decimal? usd) => usd switch
    {
        null or 0 => "free",
        < 0.0001m => "< $0.0001",
        < 0.01m => string.Create(CultureInfo.InvariantCulture, $"${usd:0.0000}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00}"),
    };
}
