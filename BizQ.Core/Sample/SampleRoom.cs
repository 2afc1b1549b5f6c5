using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Sample;

public static class SampleRoom
{
    public static IServiceCollection AddSample(this IServiceCollection services) => services
        .AddSingleton<InstallSample>()
        .AddSingleton<LookAtSample>()
        .AddSingleton<SampleMails>()
        .AddSingleton<TrySampleMail>();
}
