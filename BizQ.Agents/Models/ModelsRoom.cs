using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.BuiltIn.Classifying;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Models;

public static class ModelsRoom
{
    public static IServiceCollection AddAgentModels(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<ClassifyText>()
        .AddSingleton<ExtractFields>()
        .AddSingleton<AnswerFromEvidence>()
        .AddSingleton<DraftText>()
        .AddSingleton<BuiltInModel>()
        .AddSingleton<ModelRouter>();
}
