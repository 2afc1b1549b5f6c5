using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Mail;

public static class MailRoom
{
    public static IServiceCollection AddMail(this IServiceCollection services) => services;
}
