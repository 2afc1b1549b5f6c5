using System.Globalization;
using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Runtime;

/// <summary>
/// What expressions see: <c>trigger</c>, <c>steps.ID.output</c> (and <c>.error</c> after a failure that was seen to),
/// <c>workspace</c>, <c>run</c> and <c>now</c>; in a loop also <c>item</c> and <c>index</c>, or <c>round</c> and <c>last</c>.
/// </summary>
internal static class RunScope
{
    /// <param name="path">The round of a loop the expression stands in; empty outside of loops.</param>
    /// <param name="asked">The round that a loop's condition decides about, and what the one before came to.</param>
    /// <param name="failing">A step that has failed and whose error is looked at to decide what follows.</param>
    /// <param name="named">What will be looked at. What nobody names stays empty: a round of a long loop must not cost as much as the list is long.</param>
    public static JsonElement Of(
        RunJournal journal, string path, Workspace workspace, DateTimeOffset now, (int Round, JsonElement? Last)? asked = null, RunStep? failing = null, ScopeNames? named = null)
    {
        named ??= ScopeNames.All;
        var steps = new Dictionary<string, object>(StringComparer.Ordinal);
        var scope = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["trigger"] = named.Trigger ? journal.Run.Input : null,
            ["steps"] = steps,
            ["workspace"] = new { workspace.Id, workspace.Name, workspace.MailAddress, workspace.TimeZone },
            ["run"] = new { journal.Run.Id, journal.Run.StartedAt, journal.Run.AgentName },
            ["now"] = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        if (asked is { } round)
            (scope["round"], scope["last"]) = (round.Round, round.Last);
        for (var frame = journal.FrameAt(path); frame is not null; frame = frame.Of?.Outer)
        {
            foreach (var step in named.Steps ? frame.Latest : [])
            {
                if (step.Status == StepStatus.Succeeded)
                    steps.TryAdd(step.NodeId, new { step.Output });
                else if (step.Status == StepStatus.Failed && (step.LiveEdges is not null || step == failing))
                    steps.TryAdd(step.NodeId, new { step.Output, step.Error });
            }
            if (frame.Of is { } loop)
                Name(scope, loop, frame.Round);
        }
        return Json.Element(scope);
    }

    /// <summary>The innermost loop's names hide those of the loops around it.</summary>
    private static void Name(Dictionary<string, object?> scope, Rounds loop, int round)
    {
        if (loop.Step is { Kind: LoopKinds.ForEach } each)
        {
            var items = loop.PlanOf(each).Items;
            scope.TryAdd("item", round < items.Count ? items[round] : null);
            scope.TryAdd("index", round);
            return;
        }
        scope.TryAdd("round", round);
        scope.TryAdd("last", loop.EndOf(round - 1)?.Value);
    }
}
