using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Waits;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Runtime;

public static class RuntimeRoom
{
    public static IServiceCollection AddAgentRuntime(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RuntimeOptions>().Bind(configuration.GetSection(RuntimeOptions.Section))
            .Validate(o => o.RunsInFlight is >= 1 and <= 10_000, "Runtime:RunsInFlight must be a whole number from 1 to 10000.")
            .Validate(o => o.RunsInFlightPerWorkspace is >= 0 and <= 10_000, "Runtime:RunsInFlightPerWorkspace must be a whole number from 0 to 10000.")
            .Validate(o => o.SweepSeconds is >= 1 and <= 3600, "Runtime:SweepSeconds must be a whole number from 1 to 3600.")
            .ValidateOnStart();
        return services
            .AddWaits()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<RuntimeOptions>>().Value)
            .AddSingleton(_ => new RetryPause(new Random()))
            .AddSingleton<CompiledAgents>()
            .AddSingleton<LoadRun>()
            .AddSingleton<StoredRuns>()
            .AddSingleton<IRunStore>(provider => provider.GetRequiredService<StoredRuns>())
            .AddSingleton<RecordSteps>()
            .AddSingleton<EffectWork>()
            .AddSingleton<NodeWork>()
            .AddSingleton<DriveParts>()
            .AddSingleton<BeforeRun>()
            .AddSingleton<RunLoop>()
            .AddSingleton<Recovery>()
            .AddHostedService(provider => provider.GetRequiredService<Recovery>());
    }
}
