using BizQ.Core.Workspaces;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.StaticAssets;

namespace BizQ.Web.Account;

/// <summary>The sign-in cookie: who, in which workspace. What it says is compared with the database on every request.</summary>
public static class SeatCookie
{
    public static Task SignIn(this HttpContext http, Seat seat) => http.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        seat.ToPrincipal(CookieAuthenticationDefaults.AuthenticationScheme),
        new AuthenticationProperties { IsPersistent = true });

    /// <summary>Removed members and changed roles lose access with their next request; style sheets and scripts are not asked for.</summary>
    public static async Task Validate(CookieValidatePrincipalContext context)
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
