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
        .AddSingleton<PostgresVocabulary>()
        .AddSingleton<SearchContext>()
        .AddSingleton<AddDocument>();
}
