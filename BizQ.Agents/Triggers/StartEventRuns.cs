using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Agents.Triggers;

/// <summary>
/// Starts what waits for one event. The runs come and the event goes in one transaction: a crash before it leaves the event, one
/// after it leaves the runs, and of two nodes that do it at once one finds the event gone.
/// </summary>
public sealed class StartEventRuns(BizQDatabase database, VersionTriggers triggers, Expressions expressions, StartRun start, IWakeRuns wake, TimeProvider clock)
{
    public async Task Of(InternalEvent happened, CancellationToken cancel)
    {
        await using var db = database.Open(happened.WorkspaceId);
        db.InternalEvents.Remove(happened);
        var waiting = await (
            from listener in db.EventListeners
            where listener.Event == happened.Name && (listener.Type == "" || listener.Type == happened.Subject)
            join agent in db.Agents on listener.AgentId equals agent.Id
            orderby listener.Id
            select new { Listener = listener, Agent = agent }).ToListAsync(cancel);
        var runs = new List<Guid>();
        foreach (var one in waiting.Where(w => StartRun.WhyNot(w.Agent) is null))
        {
            var known = await triggers.Of(db, one.Agent.CurrentVersionId!.Value, cancel);
            if (known.FirstOrDefault(t => t.Id == one.Listener.TriggerId && t.Event == happened.Name) is not { } trigger || !IsOfAgent(trigger, happened))
                continue;
            var started = await Start(db, one.Agent, trigger, happened, cancel);
            if (started.Ok && started.Value is { } run)
                runs.Add(run);
            Note(one.Listener, started.Refusal);
        }
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException problem) when (problem.IsLostRace())
        {
            // Another node was first: the event is gone, or the runs' keys are there.
            return;
        }
        foreach (var run in runs)
            await wake.Wake(run);
    }

    /// <summary>The run; null when the condition says no; a refusal when the circle ends here or the condition cannot be asked.</summary>
    private async Task<Outcome<Guid?>> Start(BizQDb db, Agent agent, TriggerDefinition trigger, InternalEvent happened, CancellationToken cancel)
    {
        if (StartRun.TooFar(happened.Hops) is { } circle)
            return circle;
        var input = InputOf(trigger, happened);
        if (trigger.When is { Length: > 0 } when)
        {
            var workspace = await db.Workspaces.AsNoTracking().SingleAsync(w => w.Id == happened.WorkspaceId, cancel);
            var scope = new
            {
                trigger = input,
                workspace = new { workspace.Id, workspace.Name, workspace.MailAddress },
                now = clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            };
            var holds = expressions.Holds(when, Json.Element(scope));
            if (holds.Refusal is { } wrong)
                return wrong with { Message = $"Its condition could not be asked. {wrong.Message}" };
            if (!holds.Value)
                return (Guid?)null;
        }
        var request = new StartRunRequest(agent.Id, "event", $"{agent.Name} on {happened.Name}{About(happened)}", input, $"event:{happened.Id:N}:{agent.Id:N}:{trigger.Id}")
        {
            TriggerId = trigger.Id,
            Hops = happened.Hops,
        };
        return (await start.Add(db, Actor.System(happened.WorkspaceId), agent, request, cancel)).Id;
    }

    private void Note(EventListener listener, Refusal? refusal)
    {
        if (listener.Problem == refusal?.Message)
            return;
        (listener.Problem, listener.ProblemAt) = (refusal?.Message, refusal is null ? null : clock.GetUtcNow());
    }

    private static bool IsOfAgent(TriggerDefinition trigger, InternalEvent happened) =>
        trigger.Agent is not { } wanted
        || (happened.Data.TryGetProperty("run", out var run)
            && (Is(run, "agentId", wanted) || Is(run, "agentName", wanted)));

    private static bool Is(JsonElement run, string name, string wanted) =>
        run.TryGetProperty(name, out var given) && string.Equals(given.GetString(), wanted, StringComparison.OrdinalIgnoreCase);

    private static JsonElement InputOf(TriggerDefinition trigger, InternalEvent happened)
    {
        var input = new JsonObject { ["kind"] = "event", ["triggerId"] = trigger.Id, ["event"] = happened.Name, ["at"] = Json.Element(happened.At).GetString() };
        foreach (var part in happened.Data.EnumerateObject())
            input[part.Name] = JsonNode.Parse(part.Value.GetRawText());
        return Json.Element(input);
    }

    /// <summary>What it is about, for the title: the name of the entity, document, run or approval.</summary>
    private static string About(InternalEvent happened)
    {
        foreach (var (part, name) in new[] { ("entity", "name"), ("document", "title"), ("approval", "title"), ("run", "title") })
        {
            if (happened.Data.TryGetProperty(part, out var about) && about.TryGetProperty(name, out var said))
                return $": {said}";
        }
        return "";
    }
}
