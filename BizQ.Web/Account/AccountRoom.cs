using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BizQ.Web.Account;

public static class AccountRoom
{
    public static IServiceCollection AddAccount(this IServiceCollection services)
    {
        services.AddIdentityCore<Person>(options =>
        {
            options.User.RequireUniqueEmail = true;
            options.User.AllowedUserNameCharacters = "";
            options.Password = new PasswordOptions
            {
                RequiredLength = PasswordRule.Least,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
                RequiredUniqueChars = 1,
            };
            options.Lockout.MaxFailedAccessAttempts = CheckPassword.Tries;
            options.Lockout.DefaultLockoutTimeSpan = CheckPassword.LockedFor;
        }).AddPasswordValidator<PasswordRule>();
        // Nothing scoped may hold a database context, because a page's scope lives for hours: managers are opened by OpenIdentity.
        services.RemoveAll<UserManager<Person>>();
        services.RemoveAll<IUserClaimsPrincipalFactory<Person>>();
        services.AddScoped<OpenIdentity>(provider => db => ActivatorUtilities.CreateInstance<UserManager<Person>>(
            provider, new UserOnlyStore<Person, BizQDb, Guid>(db)));

        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SeatWatch>();
        services.AddAuthentication(KeyAuthentication.KeyOrCookie)
            .AddPolicyScheme(KeyAuthentication.KeyOrCookie, null, options => options.ForwardDefaultSelector = KeyAuthentication.SchemeFor)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Scheme, null)
            .AddCookie(SeatCookie.Configure);
        services.AddAuthorization();
        services.AddSingleton<SetUpCode>();
        services.AddSingleton<ProvenPassword>();
        return services;
    }

    public static void MapAccount(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapSeatEndpoints();
        app.Services.GetRequiredService<SetUpCode>().WriteWhenStarted(app);
    }
}
