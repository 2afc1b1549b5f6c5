using BizQ.Agents;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Monitoring;
using BizQ.Core.Runs;
using BizQ.Core.Validation;
using BizQ.Tests.Runtime.Simulation.Laws;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>What a life is made of: the rooms of the real host, with the simulator in the place of what is outside the process.</summary>
internal static class SimParts
{
    private static readonly Type[] RealKinds =
        [typeof(TriggerNode), typeof(ToolNode), typeof(ApprovalNode), typeof(TransformNode), typeof(OutputNode), typeof(ForEachNode), typeof(WhileNode), typeof(WaitNode), typeof(AgentNode)];

    private static readonly BizQ.Agents.Runtime.Expressions Scripts = new();

    private static readonly OperationSchemas Schemas = new();

    private static readonly AgentCatalog Catalog = new([], SimTool.All, Scripts.ProblemOf);

    private static readonly ServiceDescriptor[] Real = [.. new ServiceCollection()
        .AddAgentParts().AddAgentRuntime(new ConfigurationBuilder().Build()).AddEffects().AddValidation()
        .RemoveAll<ITool>().RemoveAll<INodeKind>().RemoveAll<ICheck>()
        .AddSingleton(new RuntimeOptions { RunsInFlight = 1000 })
        .AddSingleton(Scripts).AddSingleton(Schemas).AddSingleton(Catalog)
        .AddSingleton<ICheck, SimCheck>()
        .AddSingleton<CallAgent>().AddSingleton<ChangeFeed>().AddSingleton<CheckNeeds>().AddSingleton<NoteGaps>().AddSingleton<Archive, SimArchive>().AddSingleton<RunPayloads>()
        .AddSingleton(typeof(ILogger<>), typeof(Logger<>))];

    public static IServiceCollection Of(Life life, World world, BizQDatabase database, IRunStore store, IWakeRuns wake, Outside outside, Law law, Mishaps mishaps, Ids ids)
    {
        IServiceCollection services = new ServiceCollection();
        foreach (var part in Real)
            services.Add(part);
        foreach (var kind in RealKinds)
            services.AddSingleton(typeof(INodeKind), kind);
        return services
            .AddSingleton(life.Clock).AddSingleton(database).AddSingleton(store).AddSingleton(wake).AddSingleton(ids)
            .AddSingleton<ILoggerFactory>(new SimLog(world, life))
            .AddSingleton(new RetryPause(world.Random))
            .AddSingleton<INodeKind>(new WorkKind(world, law, life, mishaps))
            .AddSingleton<ITool>(new SimTool(outside, life));
    }
}
