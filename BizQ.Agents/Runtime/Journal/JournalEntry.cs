using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace BizQ.Agents.Runtime.Journal;

/// <summary>
/// What one commit writes for one run: always the run itself, because its version is the fence, and whatever came of its
/// steps. The rows stay the caller's; after a refusal their versions are as before.
/// </summary>
public sealed record JournalEntry(Run Run)
{
    public List<RunStep> NewSteps { get; } = [];
    public List<RunStep> ChangedSteps { get; } = [];
    public List<Effect> NewEffects { get; } = [];
    public List<Effect> ChangedEffects { get; } = [];
    public List<EffectEvent> EffectEvents { get; } = [];
    public List<Approval> NewApprovals { get; } = [];
    public List<Approval> ChangedApprovals { get; } = [];
    public List<RunWait> NewWaits { get; } = [];
    public List<RunWait> GoneWaits { get; } = [];
    /// <summary>Runs of other agents that steps of this one start.</summary>
    public List<Run> NewRuns { get; } = [];

    internal void Track(BizQDb db)
    {
        Changed(db.Attach(Run), nameof(Run.Status), nameof(Run.Output), nameof(Run.Error), nameof(Run.Tainted), nameof(Run.CostUsd), nameof(Run.CompletedAt), nameof(Run.DurationMs), nameof(Run.WakeAt));
        db.AddRange(NewSteps);
        db.AddRange(NewEffects);
        db.AddRange(EffectEvents);
        db.AddRange(NewApprovals);
        db.AddRange(NewWaits);
        db.AddRange(NewRuns);
        db.RemoveRange(GoneWaits);
        foreach (var step in ChangedSteps)
            db.Attach(step).State = EntityState.Modified;
        foreach (var effect in ChangedEffects)
            db.Attach(effect).State = EntityState.Modified;
        foreach (var approval in ChangedApprovals)
            Changed(db.Attach(approval), nameof(Approval.State), nameof(Approval.DecidedAt), nameof(Approval.Reason));
    }

    private static void Changed<T>(EntityEntry<T> entry, params ReadOnlySpan<string> properties) where T : class
    {
        foreach (var property in properties)
            entry.Property(property).IsModified = true;
    }
}
