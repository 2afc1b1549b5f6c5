using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.BuiltIn.Classifying;
using BizQ.Agents.Models.Endpoints;
using BizQ.Agents.Models.ToolUse;
using BizQ.Agents.Prompts;
using BizQ.Core.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Models;

public static class ModelsRoom
{
    public static IServiceCollection AddAgentModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ModelOptions>().Bind(configuration.GetSection(ModelOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ModelOptions>, ValidateModelOptions>();
        return services
            .AddModels()
            .AddSingleton<ClassifyText>()
            .AddSingleton<ExtractFields>()
            .AddSingleton<AnswerFromEvidence>()
            .AddSingleton<DraftText>()
            .AddSingleton<BuiltInModel>()
            .AddSingleton<PromptTexts>()
            .AddSingleton<TaskPrompt>()
            .AddSingleton<ConnectedModels>()
            .AddSingleton<AskEndpoint>()
            .AddSingleton<KnownAnswers>()
            .AddSingleton<ModelRouter>()
            .AddSingleton<AskTurn>()
            .AddSingleton<ModelTurns>()
            .AddSingleton<TryModel>();
    }
}
