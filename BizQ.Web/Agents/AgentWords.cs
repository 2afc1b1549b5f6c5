using System.Globalization;
using BizQ.Core.Agents;
using BizQ.Web.Controls;

namespace BizQ.Web.Agents;

/// <summary>Agents in words and tones: the same on every page.</summary>
public static class AgentWords
{
    public static (string Text, Tone Tone) Of(AgentStatus status) => status switch
    {
        AgentStatus.Active => ("Active", Tone.Good),
        AgentStatus.Paused => ("Paused", Tone.Warn),
        _ => ("Retired", Tone.Neutral),
    };

    /// <summary>What starts it: "when a mail comes in", "every weekday at 09:00".</summary>
    public static string Of(TriggerDefinition trigger) => trigger.Kind switch
    {
        "mail" => "when a mail comes in",
        "schedule" when trigger.Cron is { } cron => CronWords.Of(cron) + (trigger.TimeZone is { } zone ? $" ({zone})" : ""),
        "webhook" => trigger.Auth == HookAuth.Signature ? "when a signed webhook comes in" : "when a webhook comes in",
        "event" => TriggerWords.Of(trigger),
        "queue" => $"when a message comes into the queue {trigger.Queue}",
        "manual" => "by hand",
        _ => trigger.Kind,
    };

    public static string Of(IReadOnlyList<TriggerDefinition> triggers) =>
        triggers.Count == 0 ? "by hand or over the API" : string.Join("; ", triggers.Select(Of));

    /// <summary>"Reader, Researcher and Writer".</summary>
    public static string List(IEnumerable<string> names) => names.ToList() is { Count: > 1 } several ? $"{string.Join(", ", several[..^1])} and {several[^1]}" : string.Concat(names);

    public static string Of(Autonomy autonomy) => autonomy switch
    {
        Autonomy.Automatic => "What the checks allow goes out by itself",
        _ => "Every action on the outside asks a person",
    };

    /// <summary>"98 %"; nothing when no run has ended.</summary>
    public static string Of(double? rate) => rate is { } share ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100):0} %") : "";

    /// <summary>"sender" as people say it.</summary>
    public static string Recipient(string recipient) => recipient switch
    {
        "sender" => "whoever wrote in",
        "customers" => "known customers",
        "*" => "anybody",
        _ when recipient.StartsWith('@') => $"anybody at {recipient[1..]}",
        _ => recipient,
    };
}
