using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>Where a run comes in.</summary>
internal static class Entry
{
    /// <summary>A trigger node names the triggers it starts for; one that names none starts for all.</summary>
    public static bool Begins(AgentDefinition agent, Run run, NodeDefinition node)
    {
        if (node.Kind != "trigger")
            return false;
        if (node.Settings is not { ValueKind: JsonValueKind.Object } settings
            || !settings.TryGetProperty("on", out var on) || on.ValueKind != JsonValueKind.Array || on.GetArrayLength() == 0)
            return true;
        var (kind, id) = (KindOf(run), Interpreter.Text(run.Input, "triggerId"));
        var named = on.EnumerateArray().Select(e => e.ToString()).ToHashSet(StringComparer.Ordinal);
        return agent.Triggers.Any(t => named.Contains(t.Id) && (id is null ? Same(t.Kind, kind) : t.Id == id));
    }

    /// <summary>A run by hand may be given what a mail or schedule would have brought; then it counts as one.</summary>
    public static string KindOf(Run run) => Interpreter.Text(run.Input, "kind") ?? run.TaskType;

    /// <summary>By hand is by hand, through the page, the API or another agent.</summary>
    private static bool Same(string trigger, string kind) => trigger == kind || (trigger == "manual" && kind is ("api" or "agent"));
}
