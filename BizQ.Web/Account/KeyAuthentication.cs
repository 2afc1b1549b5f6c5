using System.Security.Claims;
using System.Text.Encodings.Web;
using BizQ.Core;
using BizQ.Core.Workspaces.Keys;
using BizQ.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Account;

/// <summary>
/// <c>Authorization: Bearer bizq_…</c>. What it refuses is a problem document, never a redirect: programs read it. A cookie
/// opens the API for reading only, and only to our own pages (downloads): whatever writes needs a key, which no foreign page
/// can make a browser send.
/// </summary>
public sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, UseKey use)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "key";

    /// <summary>The scheme of every request: it only forwards.</summary>
    public const string KeyOrCookie = "key-or-cookie";

    private const string Bearer = "Bearer ";

    private static readonly Refusal NoKey = new(
        RefusalKind.Unauthenticated, "keyMissing", "Send an API key as \"Authorization: Bearer bizq_…\". Keys are made under Settings, Keys and API.");

    private Refusal _refusal = NoKey;

    public static string SchemeFor(HttpContext http) =>
        !http.IsApi() || MayUseCookie(http.Request) ? CookieAuthenticationDefaults.AuthenticationScheme : Scheme;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        var found = await use.Run(header[Bearer.Length..].Trim(), Context.RequestAborted);
        if (found.Refusal is { } refusal)
        {
            _refusal = refusal;
            return AuthenticateResult.Fail(refusal.Message);
        }
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(found.Value.ToClaims(), Scheme)), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = _refusal == NoKey ? "Bearer" : "Bearer error=\"invalid_token\"";
        return _refusal.ToProblem().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        new Refusal(RefusalKind.Forbidden, "forbidden", "This key may not do this.").ToProblem().ExecuteAsync(Context);

    private static bool MayUseCookie(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Authorization.Count == 0
        && request.Cookies.ContainsKey(SeatCookie.Name)
        && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
}
