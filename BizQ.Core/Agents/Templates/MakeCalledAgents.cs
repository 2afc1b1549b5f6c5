using BizQ.Core.Workspaces;

namespace BizQ.Core.Agents.Templates;

/// <summary>
/// Makes the agents that a template calls, those that are not there yet: what bears one of their names already is left as it is.
/// </summary>
public sealed class MakeCalledAgents(ListAgents list, SaveAgent save)
{
    /// <summary>Returns the names of those that were made.</summary>
    public async Task<Outcome<IReadOnlyList<string>>> Run(Actor actor, string templateId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } refusal)
            return refusal;
        if (AgentTemplate.All.FirstOrDefault(t => t.Id == templateId) is not { } template)
            return Refusal.NotFound("template");
        var made = new List<string>();
        foreach (var (name, definition) in template.Called.Zip(template.Calls))
        {
            var there = await Exists(actor, name, cancel);
            if (there.Refusal is { } failed)
                return failed;
            if (there.Value)
                continue;
            var saved = await save.Run(actor, new SaveAgentRequest(null, definition, $"Called by the template {template.Title}"), cancel);
            if (saved.Refusal is { } wrong)
                return wrong;
            made.Add(name);
        }
        return made;
    }

    private async Task<Outcome<bool>> Exists(Actor actor, string name, CancellationToken cancel)
    {
        string? cursor = null;
        do
        {
            var page = await list.Run(actor, new ListAgentsRequest(name, null, null, cursor), cancel);
            if (page.Refusal is { } refusal)
                return refusal;
            if (page.Value.Items.Any(row => string.Equals(row.Agent.Name, name, StringComparison.OrdinalIgnoreCase)))
                return true;
            cursor = page.Value.Next;
        }
        while (cursor is not null);
        return false;
    }
}
