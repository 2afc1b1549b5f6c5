using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Workspaces;

public static class WorkspacesRoom
{
    public static IServiceCollection AddWorkspaces(this IServiceCollection services) => services;
}
