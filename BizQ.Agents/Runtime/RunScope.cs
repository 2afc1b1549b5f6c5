using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Runtime;

/// <summary>What expressions see: <c>trigger</c>, <c>steps.ID.output</c>, <c>workspace</c>, <c>run</c> and <c>now</c>.</summary>
internal static class RunScope
{
    /// <param name="path">The round of a loop the expression stands in; empty outside of loops.</param>
    public static JsonElement Of(RunJournal journal, string path, Workspace workspace, DateTimeOffset now) => Json.Element(new
    {
        trigger = journal.Run.Input,
        steps = journal.Steps
            .Where(s => s.Status == StepStatus.Succeeded && s.Path == path && journal.StepOf(path, s.NodeId) == s)
            .ToDictionary(s => s.NodeId, s => new { output = s.Output }),
        workspace = new { workspace.Id, workspace.Name, workspace.MailAddress },
        run = new { journal.Run.Id, journal.Run.StartedAt, journal.Run.AgentName },
        now = now.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
    });
}
