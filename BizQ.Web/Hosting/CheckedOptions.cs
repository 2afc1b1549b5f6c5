using Microsoft.Extensions.Options;

namespace BizQ.Web.Hosting;

public static class CheckedOptions
{
    /// <summary>Options bound to a section and checked at start; each problem names its key and the allowed values.</summary>
    public static IServiceCollection AddChecked<T>(
        this IServiceCollection services, IConfiguration configuration, string section, Func<T, IEnumerable<string>> problemsOf) where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Check<T>(problemsOf));
        services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateOnStart();
        return services;
    }

    private sealed class Check<T>(Func<T, IEnumerable<string>> problemsOf) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            problemsOf(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
