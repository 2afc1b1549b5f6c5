using BizQ.Web.Agents;
using BizQ.Web.Approvals;
using BizQ.Web.Context;
using BizQ.Web.Mail;
using BizQ.Web.Runs;
using BizQ.Web.Runs.Waits;
using BizQ.Web.Settings;
using BizQ.Web.Triggers;
using Microsoft.AspNetCore.Mvc;

namespace BizQ.Web.Api;

public static class ApiRoom
{
    // JSON bodies are small; routes that take mails and documents raise this for themselves.
    private const int MostBodyBytes = 4 * 1024 * 1024;

    public static bool IsApi(this HttpContext http) => IsApi(http.Request.Path);

    internal static bool IsApi(PathString path) => path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase) || HooksApi.IsHook(path);

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOpenApi(ApiDocument.Configure);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddExceptionHandler<ApiErrors>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => Core.Json.Configure(options.SerializerOptions));
        return services;
    }

    /// <summary>What routing itself refuses says as much as what a handler refuses.</summary>
    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Extensions.ContainsKey("code"))
            return;
        var (code, detail) = problem.Status switch
        {
            StatusCodes.Status404NotFound => ("noSuchRoute", "There is nothing at this address. Every route is listed at /api and /openapi/v1.json."),
            StatusCodes.Status405MethodNotAllowed => ("methodNotAllowed", "This address does not take this method. Every route is listed at /api and /openapi/v1.json."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupportedMediaType", "Send the body as application/json, or as what this route's description names."),
            _ => ("failed", problem.Detail ?? ""),
        };
        (problem.Type, problem.Detail) = ($"https://bizq.dev/problems/{code}", detail);
        problem.Extensions["code"] = code;
    }

    public static void MapApi(this WebApplication app)
    {
        app.MapOpenApi();
        var api = app.MapGroup("/api/v1").RequireAuthorization().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MostBodyBytes));
        api.MapContextApi();
        api.MapAgentsApi();
        api.MapRunsApi();
        api.MapEventsApi();
        api.MapApprovalsApi();
        api.MapMailApi();
        api.MapSettingsApi();
        app.MapHooks(api);
    }
}
