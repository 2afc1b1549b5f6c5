using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;

namespace BizQ.Agents.Runtime;

/// <summary>What expressions see: <c>trigger</c>, <c>steps.ID.output</c>, <c>workspace</c>, <c>run</c> and <c>now</c>.</summary>
internal static class RunScope
{
    public static JsonElement Of(RunJournal journal, Workspace workspace, DateTimeOffset now) => Json.Element(new
    {
        trigger = journal.Run.Input,
        steps = journal.Steps
            .Where(s => s.Status == StepStatus.Succeeded && journal.StepOf(s.NodeId) == s)
            .ToDictionary(s => s.NodeId, s => new { output = s.Output }),
        workspace = new { workspace.Id, workspace.Name, workspace.MailAddress },
        run = new { journal.Run.Id, journal.Run.StartedAt, journal.Run.AgentName },
        now = now.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
    });
}
