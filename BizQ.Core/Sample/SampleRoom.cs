using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Sample;

public static class SampleRoom
{
    public static IServiceCollection AddSample(this IServiceCollection services) => services
        .AddSingleton<InstallSample>()
        .AddSingleton<SampleMails>()
        .AddSingleton<TrySampleMail>();
}
