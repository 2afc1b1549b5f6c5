using System.Text.Json;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>
/// Writes down what happened, in the transaction in which it happens. Where no agent waits for it nothing is written: one look
/// at an index is all it costs a business without such agents.
/// </summary>
internal static class TellEvents
{
    /// <param name="changes">Each entity with "added", "changed" or "removed".</param>
    public static Task Changed(BizQDb db, Actor actor, IReadOnlyCollection<(Entity Entity, string Change)> changes, Ids ids, DateTimeOffset now, CancellationToken cancel) => Add(
        db, EventNames.EntityChanged, actor.Hops, ids, now,
        [.. changes.Select(c => (c.Entity.Type, Json.Element(new { change = c.Change, entity = new { c.Entity.Id, c.Entity.Type, c.Entity.Name, c.Entity.Key, c.Entity.Version } })))],
        cancel);

    public static Task Arrived(BizQDb db, Actor actor, Document document, Ids ids, DateTimeOffset now, CancellationToken cancel) => Add(
        db, EventNames.DocumentArrived, actor.Hops, ids, now,
        [("", Json.Element(new { document = new { document.Id, document.Title, document.FileName, document.MediaType, document.SourceName } }))],
        cancel);

    public static Task Decided(BizQDb db, Approval approval, Run run, Ids ids, DateTimeOffset now, CancellationToken cancel) => Add(
        db, EventNames.ApprovalDecided, run.Hops + 1, ids, now,
        [("", Json.Element(new
        {
            decision = approval.State,
            reason = approval.Reason,
            by = approval.DecidedByName,
            approval = new { approval.Id, approval.Title, approval.Kind },
            run = About(run),
        }))],
        cancel);

    private static async Task Add(BizQDb db, string name, int hops, Ids ids, DateTimeOffset now, IReadOnlyList<(string Subject, JsonElement Data)> happened, CancellationToken cancel)
    {
        if (happened.Count == 0)
            return;
        var wanted = await db.EventListeners.Where(l => l.Event == name).Select(l => l.Type).Distinct().ToListAsync(cancel);
        foreach (var (subject, data) in happened.Where(h => wanted.Contains("") || wanted.Contains(h.Subject)))
            db.InternalEvents.Add(new InternalEvent { Id = ids.New(), WorkspaceId = db.CurrentWorkspace, Name = name, Subject = subject, Data = data, Hops = hops, At = now });
    }

    internal static object About(Run run) => new { run.Id, run.Title, run.AgentId, run.AgentName, run.TaskType };
}

/// <summary>For the journal, which writes many runs at once and asks nobody first: failures are few, and one that nobody waits for is gone a moment later.</summary>
public static class RunFailed
{
    /// <summary>Null for a rehearsal, of which nothing leaves.</summary>
    public static InternalEvent? Of(Run run, Ids ids, DateTimeOffset now) => run.Rehearsal ? null : new InternalEvent
    {
        Id = ids.New(),
        WorkspaceId = run.WorkspaceId,
        Name = EventNames.RunFailed,
        Subject = "",
        Data = Json.Element(new { run = TellEvents.About(run), error = run.Error }),
        Hops = run.Hops + 1,
        At = now,
    };
}
