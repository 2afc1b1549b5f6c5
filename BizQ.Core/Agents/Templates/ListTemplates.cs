using BizQ.Core.Workspaces;

namespace BizQ.Core.Agents.Templates;

/// <summary>What a new agent can be started from. The same in every workspace.</summary>
public sealed class ListTemplates
{
    public Outcome<IReadOnlyList<AgentTemplate>> Run(Actor actor) =>
        actor.Lacks(Permission.View) is { } refusal ? refusal : AgentTemplate.All.ToList();
}
