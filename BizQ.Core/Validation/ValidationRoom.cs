using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Validation;

public static class ValidationRoom
{
    public static IServiceCollection AddValidation(this IServiceCollection services) => services;
}
