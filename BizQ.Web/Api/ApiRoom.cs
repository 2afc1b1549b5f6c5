using BizQ.Web.Agents;
using BizQ.Web.Approvals;
using BizQ.Web.Context;
using BizQ.Web.Mail;
using BizQ.Web.Runs;
using BizQ.Web.Settings;

namespace BizQ.Web.Api;

public static class ApiRoom
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOpenApi();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(options => Core.Json.Configure(options.SerializerOptions));
        return services;
    }

    public static void MapApi(this WebApplication app)
    {
        app.MapOpenApi();
        var api = app.MapGroup("/api/v1").RequireAuthorization().DisableAntiforgery();
        api.MapContextApi();
        api.MapAgentsApi();
        api.MapRunsApi();
        api.MapApprovalsApi();
        api.MapMailApi();
        api.MapSettingsApi();
    }
}
