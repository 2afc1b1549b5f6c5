using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Runs;

public static class RunsRoom
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<KnownAgents>()
        .AddSingleton<FreshRuns>()
        .AddSingleton<RunPayloads>()
        .AddSingleton<StartRun>()
        .AddSingleton<ListRuns>()
        .AddSingleton<ReadRun>()
        .AddSingleton<CancelRun>()
        .AddSingleton<RetryRun>()
        .AddSingleton<RepeatRun>()
        .AddSingleton<CallAgent>()
        .AddSingleton<ReadCalls>()
        .AddSingleton<HearEvents>()
        .AddSingleton<DeliverEvent>()
        .AddSingleton<ChangeRuns>()
        .AddSingleton<CompareRuns>()
        .AddSingleton<ListSteps>()
        .AddSingleton<ListRounds>()
        .AddSingleton<ReadStep>()
        .AddSingleton<ReadPayload>();
}
