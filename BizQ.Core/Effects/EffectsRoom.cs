using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Effects;

public static class EffectsRoom
{
    public static IServiceCollection AddEffects(this IServiceCollection services) => services
        .AddSingleton<LookAgain>()
        .AddSingleton<ListEffects>();
}
