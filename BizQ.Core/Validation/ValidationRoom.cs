using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Validation;

public static class ValidationRoom
{
    /// <summary>Finds every check of this assembly, so that adding one edits no other file.</summary>
    public static IServiceCollection AddValidation(this IServiceCollection services)
    {
        foreach (var type in Assembly.GetExecutingAssembly().GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ICheck))))
            services.AddSingleton(typeof(ICheck), type);
        return services.AddSingleton<OperationSchemas>().AddSingleton<JudgeEffect>();
    }
}
