using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Mail;

public static class MailRoom
{
    public static IServiceCollection AddAgentMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection(SmtpOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SmtpOptions>, ValidateSmtpOptions>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SmtpOptions>>().Value);
        services.AddSingleton<SmtpDelivery>();
        return services;
    }
}
