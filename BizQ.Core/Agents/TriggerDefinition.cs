namespace BizQ.Core.Agents;

/// <summary>What happens to firings of a schedule that fell into a standstill: one run for all of them, none, or one for each of the latest.</summary>
public enum MissedFirings { RunOnce, Skip, CatchUp }

/// <summary>What shows that a sender may use a webhook: an address nobody can guess, or a signature over what was sent.</summary>
public enum HookAuth { Path, Signature }

/// <summary>What starts a run. <paramref name="Cron"/> (Quartz syntax, seconds first) and <paramref name="TimeZone"/> (IANA) belong to kind "schedule".</summary>
public sealed record TriggerDefinition(string Id, string Kind, string? Cron = null, string? TimeZone = null)
{
    public const int UsualMostMissed = 10;

    /// <summary>schedule: <see cref="MissedFirings.RunOnce"/> when it is left out.</summary>
    public MissedFirings? Missed { get; init; }

    /// <summary>schedule: how many firings <see cref="MissedFirings.CatchUp"/> makes up for; <see cref="UsualMostMissed"/> when it is left out.</summary>
    public int? MostMissed { get; init; }

    /// <summary>webhook: <see cref="HookAuth.Path"/> when it is left out. The secret itself never stands in a definition.</summary>
    public HookAuth? Auth { get; init; }

    /// <summary>event: one of <see cref="Triggers.EventNames"/>.</summary>
    public string? Event { get; init; }

    /// <summary>event entity.changed: only of this entity type.</summary>
    public string? Type { get; init; }

    /// <summary>event run.failed and approval.decided: only of the agent with this name or id.</summary>
    public string? Agent { get; init; }

    /// <summary>event: only when this expression over <c>trigger</c>, <c>workspace</c> and <c>now</c> is true.</summary>
    public string? When { get; init; }

    /// <summary>queue: its name within the workspace.</summary>
    public string? Queue { get; init; }
}
