using BizQ.Core.Workspaces.Keys;
using BizQ.Core.Workspaces.People;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Core.Workspaces;

public static class WorkspacesRoom
{
    public static IServiceCollection AddWorkspaces(this IServiceCollection services)
    {
        services.AddScoped<FindSeat>();
        services.AddScoped<CountWaiting>();
        services.AddScoped<LookAtHome>();
        services.AddScoped<FindAnything>();
        services.AddScoped<CheckPassword>();
        services.AddScoped<SetUpBusiness>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<ListMembers>();
        services.AddScoped<AddMember>();
        services.AddScoped<ChangeRole>();
        services.AddScoped<CreateWorkspace>();
        services.AddScoped<ChangeWorkspace>();
        services.AddScoped<MakeKey>();
        services.AddScoped<UseKey>();
        services.AddScoped<ListKeys>();
        services.AddScoped<RevokeKey>();
        return services;
    }
}
