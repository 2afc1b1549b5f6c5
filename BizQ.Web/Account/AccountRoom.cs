namespace BizQ.Web.Account;

public static class AccountRoom
{
    public static IServiceCollection AddAccount(this IServiceCollection services)
    {
        services.AddCascadingAuthenticationState();
        services.AddAuthentication();
        services.AddAuthorization();
        return services;
    }

    public static void MapAccount(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }
}
