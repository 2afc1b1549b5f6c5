using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Context;

public static class ContextRoom
{
    public static IServiceCollection AddContext(this IServiceCollection services) => services
        .AddSingleton<WriteEntity>()
        .AddSingleton<WriteEntities>()
        .AddSingleton<FindEntities>()
        .AddSingleton<CiteEntities>()
        .AddSingleton<VerifyFact>()
        .AddSingleton<ReadEntity>()
        .AddSingleton<ListFacts>()
        .AddSingleton<RemoveEntity>()
        .AddSingleton<CountEntities>()
        .AddSingleton<PostgresVocabulary>()
        .AddSingleton<WorkspaceMeanings>()
        .AddSingleton<SearchContext>()
        .AddSingleton<AddDocument>()
        .AddSingleton<ListDocuments>()
        .AddSingleton<ReadDocument>()
        .AddSingleton<ReadAccepted>()
        .AddSingleton<ReplaceDocument>()
        .AddSingleton<ChangeDocument>()
        .AddSingleton<RetitleDocument>()
        .AddSingleton<RemoveDocument>();
}
