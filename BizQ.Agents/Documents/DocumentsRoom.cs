using BizQ.Agents.Functions;
using BizQ.Agents.Interviews;
using BizQ.Core.Context;
using BizQ.Core.Context.Parsing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

public static class DocumentsRoom
{
    /// <summary>Reading documents in processes of their own, which are started like those of functions.</summary>
    public static IServiceCollection AddAgentDocuments(this IServiceCollection services) => services
        .AddSingleton(provider => new RecogniseText(provider.GetRequiredService<WorkerLaunch>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RecogniseText>>()))
        .AddSingleton<IReadValues, ReadValues>()
        .AddSingleton<FileReaders>()
        .AddSingleton<IReadFiles>(provider => provider.GetRequiredService<FileReaders>())
        .AddHostedService<ReadDocuments>()
        .AddHostedService<RunImports>()
        .AddHostedService<CompareDocuments>();
}
