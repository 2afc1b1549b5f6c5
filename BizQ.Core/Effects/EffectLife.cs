namespace BizQ.Core.Effects;

/// <summary>Who moves an effect on. An agent only ever proposes; only a person takes responsibility.</summary>
public enum Mover { Agent, Checks, Policy, Desk, Person }

/// <summary>
/// The whole life of an effect as one table: which move is allowed and who may make it. Every move goes through
/// <see cref="Move"/>, which writes its <see cref="EffectEvent"/>; a move that is not in the table is a bug and throws.
/// </summary>
public static class EffectLife
{
    private static readonly Dictionary<(EffectState? From, EffectState To), Mover[]> Table = new()
    {
        [(null, EffectState.Proposed)] = [Mover.Agent],
        [(EffectState.Proposed, EffectState.Judged)] = [Mover.Checks],
        // An edit is a new proposal under a new hash, so it is judged again.
        [(EffectState.Judged, EffectState.Judged)] = [Mover.Person],
        [(EffectState.Judged, EffectState.Approved)] = [Mover.Policy, Mover.Person],
        [(EffectState.Judged, EffectState.Blocked)] = [Mover.Checks],
        [(EffectState.Approved, EffectState.Rechecked)] = [Mover.Desk],
        // What it relied on changed after the approval: it is judged again.
        [(EffectState.Approved, EffectState.Judged)] = [Mover.Desk],
        [(EffectState.Rechecked, EffectState.Judged)] = [Mover.Desk],
        [(EffectState.Rechecked, EffectState.Intended)] = [Mover.Desk],
        [(EffectState.Intended, EffectState.Done)] = [Mover.Desk],
        [(EffectState.Intended, EffectState.Failed)] = [Mover.Desk],
        [(EffectState.Intended, EffectState.Uncertain)] = [Mover.Desk],
        // Only a person can look whether it happened, and only a person says "again".
        [(EffectState.Uncertain, EffectState.Done)] = [Mover.Person],
        [(EffectState.Uncertain, EffectState.Failed)] = [Mover.Person],
        [(EffectState.Uncertain, EffectState.Approved)] = [Mover.Person],
        [(EffectState.Failed, EffectState.Approved)] = [Mover.Person],
        [(EffectState.Done, EffectState.Undone)] = [Mover.Person],
        // A rehearsal ends where acting, or asking a person, would begin.
        [(EffectState.Judged, EffectState.Rehearsed)] = [Mover.Desk],
        [(EffectState.Approved, EffectState.Rehearsed)] = [Mover.Desk],
        // A rejection, or the run was cancelled (by a person) or failed (then the desk clears up) before anything went out.
        [(EffectState.Proposed, EffectState.Rejected)] = [Mover.Person, Mover.Desk],
        [(EffectState.Judged, EffectState.Rejected)] = [Mover.Person, Mover.Desk],
        [(EffectState.Approved, EffectState.Rejected)] = [Mover.Person, Mover.Desk],
        [(EffectState.Rechecked, EffectState.Rejected)] = [Mover.Person, Mover.Desk],
    };

    /// <summary>Every allowed move, for tests and for the reference.</summary>
    public static IEnumerable<(EffectState? From, EffectState To, IReadOnlyList<Mover> By)> Moves =>
        Table.Select(row => (row.Key.From, row.Key.To, (IReadOnlyList<Mover>)row.Value));

    public static bool Allows(EffectState? from, EffectState to, Mover by) =>
        Table.TryGetValue((from, to), out var movers) && movers.Contains(by);

    /// <summary>The first event of a new effect, which must stand at Proposed.</summary>
    public static EffectEvent Propose(Effect effect, string agentName, Ids ids)
    {
        Check(null, effect.State, Mover.Agent);
        return Event(effect, null, agentName, null, effect.ProposedAt, ids);
    }

    /// <summary>Moves the effect and returns the event to save with it.</summary>
    public static EffectEvent Move(Effect effect, EffectState to, Mover by, string byName, string? note, DateTimeOffset at, Ids ids)
    {
        Check(effect.State, to, by);
        var from = effect.State;
        effect.State = to;
        if (to == EffectState.Intended)
            effect.IntendedAt = at;
        effect.EndedAt = to is EffectState.Done or EffectState.Failed or EffectState.Undone or EffectState.Rejected or EffectState.Blocked or EffectState.Rehearsed ? at : null;
        return Event(effect, from, byName, note, at, ids);
    }

    private static void Check(EffectState? from, EffectState to, Mover by)
    {
        if (!Allows(from, to, by))
            throw new InvalidOperationException($"An effect may not move from {from?.ToString() ?? "nothing"} to {to} by {by}.");
    }

    private static EffectEvent Event(Effect effect, EffectState? from, string byName, string? note, DateTimeOffset at, Ids ids) => new()
    {
        Id = ids.New(),
        WorkspaceId = effect.WorkspaceId,
        EffectId = effect.Id,
        From = from,
        To = effect.State,
        Hash = effect.Hash,
        ByName = byName,
        Note = note,
        At = at,
    };
}
