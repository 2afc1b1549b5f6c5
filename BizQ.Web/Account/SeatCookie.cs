using BizQ.Core.Workspaces;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.StaticAssets;

namespace BizQ.Web.Account;

/// <summary>The sign-in cookie: who, in which workspace. What it says is compared with the database on every request.</summary>
public static class SeatCookie
{
    public const string Name = "bizq";

    // People stay signed in for two weeks after they were last here.
    private static readonly TimeSpan StaysSignedIn = TimeSpan.FromDays(14);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = Name;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = StaysSignedIn;
        options.LoginPath = "/sign-in";
        options.AccessDeniedPath = "/sign-in";
        options.Events.OnValidatePrincipal = Validate;
        options.Events.OnRedirectToLogin = Ask;
        options.Events.OnRedirectToAccessDenied = Ask;
    }

    public static Task SignIn(this HttpContext http, Seat seat) => http.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        seat.ToPrincipal(CookieAuthenticationDefaults.AuthenticationScheme),
        new AuthenticationProperties { IsPersistent = true });

    /// <summary>Removed members and changed roles lose access with their next request; style sheets and scripts are not asked for.</summary>
    private static async Task Validate(CookieValidatePrincipalContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
            return;
        var seats = context.HttpContext.RequestServices.GetRequiredService<FindSeat>();
        if (await context.Principal!.Renewed(seats, context.HttpContext.RequestAborted) is not { } renewed)
            return;
        if (renewed.ToActor() is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }
        context.ReplacePrincipal(renewed);
        context.ShouldRenew = true;
    }

    /// <summary>People are shown the sign-in page, programs a problem document.</summary>
    private static Task Ask(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.HttpContext.IsApi())
            return context.HttpContext.ChallengeAsync(KeyAuthentication.Scheme);
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    public static void MapSeatEndpoints(this IEndpointRouteBuilder app)
    {
        var account = app.MapGroup("/account").ExcludeFromDescription().WithMetadata(new RequireAntiforgeryTokenAttribute());
        account.MapPost("/sign-out", async (HttpContext http) =>
        {
            await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return Results.LocalRedirect("~/sign-in");
        });
        account.MapPost("/switch", async (HttpContext http, [FromForm] Guid workspace, FindSeat seats) =>
        {
            if (http.User.ToActor()?.Id is { } person && await seats.Run(person, workspace, http.RequestAborted) is { } seat)
                await http.SignIn(seat);
            return Results.LocalRedirect("~/");
        });
    }
}
