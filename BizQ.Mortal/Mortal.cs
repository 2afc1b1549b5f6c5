using BizQ.Agents;
using BizQ.Agents.Cluster;
using BizQ.Agents.Functions;
using BizQ.Agents.Functions.Worker;
using BizQ.Agents.Mail;
using BizQ.Agents.Models;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Tools;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Triggers;
using BizQ.Core.Validation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BizQ.Mortal;

/// <summary>
/// The runtime in a process of its own that dies on demand: for tests only, and no part of what is published. It finishes
/// every run of its database and somebody who agrees to everything, then ends; or it dies on the way, as <see cref="Doom"/> says.
/// </summary>
internal static class Mortal
{
    public static async Task<int> Main(string[] args)
    {
        if (FunctionWorker.Asked(args))
            return FunctionWorker.Run();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var (services, configuration) = (builder.Services, builder.Configuration);
        var doom = new Doom(DataRoom.PathOf(configuration));
        services.AddData(configuration);
        services.AddContext().AddAgents().AddTriggers().AddRuns().AddEffects().AddValidation().AddApprovals().AddMail();
        services.AddAgentParts().AddAgentRuntime(configuration).AddAgentModels(configuration).AddAgentMail(configuration)
            .AddAgentFunctions(configuration, typeof(Mortal).Assembly);
        builder.AddCluster();
        services.RemoveAll<IRunStore>().AddSingleton<StoredRuns>()
            .AddSingleton<IRunStore>(provider => new MortalStore(provider.GetRequiredService<StoredRuns>(), doom))
            .AddSingleton<ITool>(new MortalTool(doom)).AddSingleton(doom).AddSingleton<Agreeing>();
        foreach (var kind in services.Where(part => part.ServiceType == typeof(INodeKind)).ToList())
        {
            services.Remove(kind);
            services.AddSingleton<INodeKind>(provider => new MortalKind((INodeKind)ActivatorUtilities.CreateInstance(provider, kind.ImplementationType!), doom));
        }
        using var host = builder.Build();
        doom.Write("kinds.txt", string.Join(' ', host.Services.GetRequiredService<AgentCatalog>().Nodes.Select(kind => kind.Kind)));
        // Whoever started this process is gone when its input ends; then this one must not stay.
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            Environment.Exit(1);
        });
        await host.StartAsync();
        await host.Services.GetRequiredService<Agreeing>().UntilAllHaveEnded();
        // At once: how a process ends in an orderly way is another test's.
        Environment.Exit(0);
        return 0;
    }
}
