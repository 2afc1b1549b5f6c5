using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Triggers;

public static class TriggersRoom
{
    public static IServiceCollection AddTriggers(this IServiceCollection services) => services
        .AddSingleton<VersionTriggers>()
        .AddSingleton<ListTriggers>()
        .AddSingleton<MakeHook>()
        .AddSingleton<ReceiveHook>()
        .AddSingleton<ReceiveMessage>();
}
