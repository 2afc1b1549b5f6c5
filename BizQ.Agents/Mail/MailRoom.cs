using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Agents.Mail;

public static class MailRoom
{
    public static IServiceCollection AddAgentMail(this IServiceCollection services, IConfiguration configuration) => services;
}
