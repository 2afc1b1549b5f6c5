using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Queues;

public static class QueuesRoom
{
    public static IServiceCollection AddQueues(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<QueueOptions>, Check>();
        services.AddOptions<QueueOptions>().Bind(configuration.GetSection(QueueOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton(provider => provider.GetRequiredService<IOptions<QueueOptions>>().Value)
            .AddSingleton<QueueReaders>()
            .AddHostedService(provider => provider.GetRequiredService<QueueReaders>());
    }

    private sealed class Check : IValidateOptions<QueueOptions>
    {
        public ValidateOptionsResult Validate(string? name, QueueOptions options) =>
            QueueOptions.ProblemsOf(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
