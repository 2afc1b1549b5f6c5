using BizQ.Core.Triggers;

namespace BizQ.Core.Agents;

/// <summary>What is wrong with one trigger: settings that belong to another kind, settings that are missing, and what they say.</summary>
internal static class TriggerProblems
{
    private static readonly (string Kind, string[] Settings)[] Kinds =
    [
        ("schedule", ["cron", "timeZone", "missed", "mostMissed"]),
        ("webhook", ["auth"]),
        ("event", ["event", "type", "agent", "when"]),
        ("queue", ["queue"]),
    ];

    public static IEnumerable<Problem> Of(ReadTrigger trigger, AgentCatalog catalog) => Strangers(trigger).Concat(trigger.Kind switch
    {
        "schedule" => Schedule(trigger, catalog),
        "event" => Event(trigger, catalog),
        "queue" when !trigger.Has("queue") => [new Problem(trigger.At + "/queue", "A trigger of kind queue needs the name of its queue, such as \"orders\".")],
        _ => [],
    });

    private static IEnumerable<Problem> Strangers(ReadTrigger trigger) =>
        from kind in Kinds
        where kind.Kind != trigger.Kind
        from setting in kind.Settings
        where trigger.Has(setting)
        select new Problem($"{trigger.At}/{setting}", $"Only a trigger of kind {kind.Kind} has '{setting}'. Remove it, or change the kind.");

    private static IEnumerable<Problem> Schedule(ReadTrigger trigger, AgentCatalog catalog)
    {
        if (trigger.Text("cron") is not { } cron)
            yield return new Problem(trigger.At + "/cron", "A schedule needs a cron, such as \"0 0 8 ? * MON-FRI\" for 8:00 on working days.");
        else if (catalog.CronProblem(cron) is { } problem)
            yield return new Problem(trigger.At + "/cron", problem);
        if (trigger.Text("timeZone") is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            yield return new Problem(trigger.At + "/timeZone", $"There is no time zone '{zone}'. Use a name such as Europe/Berlin or UTC.");
        if (trigger.Has("mostMissed") && trigger.Text("missed") != "catchUp")
            yield return new Problem(trigger.At + "/mostMissed", "This counts only when missed is catchUp. Say so, or remove it.");
    }

    private static IEnumerable<Problem> Event(ReadTrigger trigger, AgentCatalog catalog)
    {
        var name = trigger.Text("event");
        if (!trigger.Has("event"))
            yield return new Problem(trigger.At + "/event", $"A trigger of kind event needs the name of the event: {string.Join(", ", EventNames.All)}.");
        if (trigger.Has("type") && name != EventNames.EntityChanged)
            yield return new Problem(trigger.At + "/type", $"Only the event {EventNames.EntityChanged} is about entities of a type. Remove it, or use when.");
        if (trigger.Has("agent") && name is not (EventNames.RunFailed or EventNames.ApprovalDecided))
            yield return new Problem(trigger.At + "/agent", $"Only the events {EventNames.RunFailed} and {EventNames.ApprovalDecided} are about an agent. Remove it, or use when.");
        if (trigger.Text("when") is not { } when || when.Trim().Length == 0)
            yield break;
        var read = catalog.ReadExpression(when, true);
        if (read.Problem is { } problem)
            yield return new Problem(trigger.At + "/when", problem);
        else if (read.Steps.Count > 0)
            yield return new Problem(trigger.At + "/when", "No step has run when this is asked; it can read trigger, workspace and now.");
    }
}
