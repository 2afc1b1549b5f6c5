using BizQ.Core.Agents.Reference;
using BizQ.Core.Agents.Templates;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Agents;

public static class AgentsRoom
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<DefinitionSchema>()
        .AddSingleton<DefinitionText>()
        .AddSingleton<AgentReference>()
        .AddSingleton<CheckDefinition>()
        .AddSingleton<SaveAgent>()
        .AddSingleton<ListAgents>()
        .AddSingleton<ReadAgent>()
        .AddSingleton<ListVersions>()
        .AddSingleton<RollbackAgent>()
        .AddSingleton<PauseAgent>()
        .AddSingleton<ListTemplates>()
        .AddSingleton<MakeCalledAgents>();
}
