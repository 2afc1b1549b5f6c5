using BizQ.Core.Workspaces.Keys;
using BizQ.Web.Account;
using BizQ.Web.Api;

namespace BizQ.Web.Settings;

public static class SettingsApi
{
    /// <summary>Keys are made by a person in the browser or at the command line; a program can look at them and end them.</summary>
    public static void MapSettingsApi(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/settings/keys").WithTags("Settings");
        keys.MapGet("/", async (HttpContext http, ListKeys list, int? limit, string? cursor) =>
                (await list.Run(http.User.ToActor()!, limit, cursor, http.RequestAborted)).ToHttp())
            .WithSummary("The workspace's API keys, newest first, without their secrets");
        keys.MapDelete("/{id:guid}", async (Guid id, HttpContext http, RevokeKey revoke) =>
                (await revoke.Run(http.User.ToActor()!, id, http.RequestAborted)).ToHttp(_ => Results.NoContent()))
            .WithSummary("Revoke a key: it stops working with its next request");
    }
}
