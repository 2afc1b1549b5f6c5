using System.Globalization;
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

    public static (string Text, Tone Tone) Of(StepStatus status) => status switch
    {
        StepStatus.Waiting => ("Waiting", Tone.Warn),
        StepStatus.Succeeded => ("Done", Tone.Good),
        StepStatus.Failed => ("Failed", Tone.Bad),
        StepStatus.Skipped => ("Skipped", Tone.Neutral),
        _ => ("Tried again", Tone.Neutral),
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
