using BizQ.Core.Agents;
using BizQ.Core.Triggers;

namespace BizQ.Web.Agents;

/// <summary>Triggers in words that are longer than one.</summary>
public static class TriggerWords
{
    /// <summary>"when an order changes, if trigger.change === 'added'".</summary>
    public static string Of(TriggerDefinition trigger)
    {
        var what = trigger.Event switch
        {
            EventNames.EntityChanged => trigger.Type is { } type ? $"when {Article(type)} {type} changes" : "when something the business knows changes",
            EventNames.DocumentArrived => "when a document arrives",
            EventNames.RunFailed => $"when a run{Whose(trigger)} fails",
            EventNames.ApprovalDecided => $"when an approval{Whose(trigger)} is decided",
            _ => $"on the event {trigger.Event}",
        };
        return trigger.When is { Length: > 0 } when ? $"{what}, if {when}" : what;
    }

    /// <summary>What becomes of firings that were missed: "missed ones are made up for with one run".</summary>
    public static string Missed(TriggerDefinition trigger) => (trigger.Missed ?? MissedFirings.RunOnce) switch
    {
        MissedFirings.Skip => "missed firings are left out",
        MissedFirings.CatchUp => $"the latest {trigger.MostMissed ?? TriggerDefinition.UsualMostMissed} missed firings are made up for, one run each",
        _ => "missed firings are made up for with one run",
    };

    private static string Whose(TriggerDefinition trigger) => trigger.Agent is { } agent ? $" of {agent}" : "";

    private static string Article(string word) => "aeiou".Contains(word[0], StringComparison.OrdinalIgnoreCase) ? "an" : "a";
}
