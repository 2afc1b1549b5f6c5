using BizQ.Agents;
using BizQ.Agents.Cluster;
using BizQ.Agents.Mail;
using BizQ.Agents.Models;
using BizQ.Agents.Runtime;
using BizQ.Agents.Schedules;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Mail;
using BizQ.Core.Runs;
using BizQ.Core.Validation;
using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using BizQ.Web.Api;
using BizQ.Web.Layout;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddData(builder.Configuration);
builder.Services.AddWorkspaces().AddContext().AddAgents().AddRuns().AddEffects().AddValidation().AddApprovals().AddMail();
builder.Services
    .AddAgentParts()
    .AddAgentRuntime(builder.Configuration)
    .AddAgentModels(builder.Configuration)
    .AddAgentSchedules(builder.Configuration)
    .AddAgentMail(builder.Configuration);
builder.AddCluster();
builder.Services.AddAccount().AddApi().AddPages();

var app = builder.Build();

await app.Services.GetRequiredService<MigrateDatabase>().Run(TimeProvider.System, CancellationToken.None);
app.MapAccount();
app.MapApi();
app.MapPages();

await app.RunAsync();

/// <summary>Named so that tests can start the real host.</summary>
public sealed partial class Program;
