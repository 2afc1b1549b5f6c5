using BizQ.Agents;
using BizQ.Agents.Cluster;
using BizQ.Agents.Documents;
using BizQ.Agents.Functions;
using BizQ.Agents.Mail;
using BizQ.Agents.Models;
using BizQ.Agents.Runtime;
using BizQ.Agents.Triggers;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Triggers;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Commands;
using BizQ.Web.Hosting;
using BizQ.Web.Layout;
using Microsoft.Extensions.Options;

if (CommandLine.Asked(args))
    return await CommandLine.Run(args, Console.In, Console.Out, Console.Error);
try
{
    await using var app = await Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception problem) when (StartProblem.SentenceOf(problem) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return CommandLine.Failed;
}

/// <summary>The table of contents: which rooms this host has. Tests build the same host in their own process.</summary>
public sealed partial class Program
{
    /// <summary>The whole host, migrated and not yet started. <paramref name="change"/> has the last word on its services.</summary>
    public static async Task<WebApplication> Build(string[] args, Action<WebApplicationBuilder>? change = null)
    {
        // Settings and static files lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });

        builder.AddHosting();
        builder.Services.AddData(builder.Configuration);
        builder.Services.AddWorkspaces().AddContext().AddAgents().AddTriggers().AddRuns().AddEffects().AddValidation().AddApprovals().AddMail().AddSample();
        builder.Services
            .AddAgentParts()
            .AddAgentRuntime(builder.Configuration)
            .AddAgentFunctions(builder.Configuration, typeof(Program).Assembly).AddAgentDocuments()
            .AddAgentModels(builder.Configuration).AddAgentTriggers(builder.Configuration)
            .AddAgentMail(builder.Configuration);
        builder.AddCluster();
        builder.Services.AddRateLimits(builder.Configuration).AddAccount().AddApi().AddPages();
        change?.Invoke(builder);

        var app = builder.Build();
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        await app.Services.GetRequiredService<MigrateDatabase>().Run(TimeProvider.System, CancellationToken.None);
        await app.Services.GetRequiredService<ShareFiles>().Run(CancellationToken.None);
        app.UseHosting();
        app.UsePages();
        app.MapAccount();
        app.MapApi();
        app.MapPages();
        return app;
    }
}
