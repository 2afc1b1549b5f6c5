using System.Reflection;
using BizQ.Agents.Effects;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Agents.Tools;
using BizQ.Core.Agents;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents;

/// <summary>Finds every node kind and tool of this assembly, so that adding one edits no other file.</summary>
public static class AgentParts
{
    public static IServiceCollection AddAgentParts(this IServiceCollection services)
    {
        foreach (var type in Assembly.GetExecutingAssembly().GetTypes().Where(t => t is { IsClass: true, IsAbstract: false }))
        {
            if (type.IsAssignableTo(typeof(INodeKind)))
                services.AddSingleton(typeof(INodeKind), type);
            if (type.IsAssignableTo(typeof(ITool)))
                services.AddSingleton(typeof(ITool), type);
        }
        services.AddSingleton<Expressions>();
        services.AddSingleton<CallTool>();
        services.AddSingleton<EffectDesk>();
        services.AddSingleton<UndoEffect>();
        services.AddSingleton(provider => new AgentCatalog(
            [.. provider.GetServices<INodeKind>().Select(kind => kind.Description).OrderBy(d => d.Kind, StringComparer.Ordinal)],
            [.. provider.GetServices<ITool>().SelectMany(tool => tool.Operations).OrderBy(o => o.Name, StringComparer.Ordinal)],
            provider.GetRequiredService<Expressions>().ProblemOf,
            (operation, arguments) => provider.GetServices<ITool>()
                .FirstOrDefault(tool => tool.Operations.Any(o => o.Name == operation))?.AimOf(operation, arguments) ?? new Aim(null, null))
        {
            ReadExpression = provider.GetRequiredService<Expressions>().Read,
            CodeProblem = code => Functions.CodeReading.ProblemOf(code)?.Sentence,
            CronProblem = Schedules.CronText.ProblemOf,
            NextFiring = Schedules.CronText.NextAfter,
        });
        return services;
    }
}
