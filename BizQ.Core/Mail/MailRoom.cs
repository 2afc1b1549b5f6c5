using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BizQ.Core.Mail;

public static class MailRoom
{
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .Validate(o => o.MostAnswersPerHour is >= 1 and <= 10_000, "Mail:MostAnswersPerHour must be a whole number from 1 to 10000.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<MailOptions>>().Value);
        services.AddSingleton<StartMailRuns>();
        services.AddSingleton<ReceiveMail>();
        services.AddSingleton<AnswerMail>();
        services.AddSingleton<ListMails>();
        services.AddSingleton<ReadMail>();
        services.AddSingleton<WriteMail>();
        services.AddSingleton<InboxPickup>();
        return services;
    }
}
