using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Functions;

public static class FunctionsRoom
{
    /// <param name="program">The program that is started again as a worker.</param>
    public static IServiceCollection AddAgentFunctions(this IServiceCollection services, IConfiguration configuration, Assembly program)
    {
        services.AddOptions<FunctionOptions>().Bind(configuration.GetSection(FunctionOptions.Section))
            .Validate(o => o.Workers is >= 0 and <= 64, "Functions:Workers must be a whole number from 1 to 64, or 0 to fit the machine.")
            .Validate(o => o.Waiting is >= 1 and <= 100_000, "Functions:Waiting must be a whole number from 1 to 100000.")
            .Validate(o => o.IdleSeconds is >= 1 and <= 86_400, "Functions:IdleSeconds must be a whole number from 1 to 86400.")
            .ValidateOnStart();
        return services
            .AddSingleton(provider => provider.GetRequiredService<IOptions<FunctionOptions>>().Value)
            .AddSingleton(new WorkerLaunch(program))
            .AddSingleton<FunctionPool>()
            .AddHostedService<SayWalls>();
    }

    /// <summary>Says at start where this system cannot hold every wall; no worker is started for it.</summary>
    private sealed class SayWalls(ILogger<FunctionPool> log) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (Walls.Expected is { Whole: false, Missing: var missing })
                log.LogWarning("This system can not limit these of user functions: {Missing}. The script engine does; see docs/functions.md", missing);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
