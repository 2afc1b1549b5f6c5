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
        .AddSingleton<TypeSchemas>()
        .AddSingleton<EntityTypes>()
        .AddSingleton<SaveEntityType>()
        .AddSingleton<JudgeEntity>()
        .AddSingleton<WriteRelation>()
        .AddSingleton<ListRelations>()
        .AddSingleton<ReadNeighbourhood>()
        .AddSingleton<FindPath>()
        .AddSingleton<ReadHistory>()
        .AddSingleton<RestoreVersion>()
        .AddSingleton<EntityMerge>()
        .AddSingleton<CountEntities>()
        .AddSingleton<PostgresVocabulary>()
        .AddSingleton<SqliteVocabulary>()
        .AddSingleton<WorkspaceMeanings>()
        .AddSingleton<SearchContext>()
        .AddSingleton<WeighSearch>()
        .AddSingleton<SaveSearchTest>()
        .AddSingleton<RunSearchTests>()
        .AddSingleton<AddDocument>()
        .AddSingleton<ListDocuments>()
        .AddSingleton<ReadDocument>()
        .AddSingleton<ReadAccepted>()
        .AddSingleton<ReplaceDocument>()
        .AddSingleton<ChangeDocument>()
        .AddSingleton<RetitleDocument>()
        .AddSingleton<RemoveDocument>();
}
