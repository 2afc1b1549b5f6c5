using BizQ.Core.Workspaces;
using BizQ.Web.Account;
using Microsoft.AspNetCore.Components.Authorization;

namespace BizQ.Web.Layout;

/// <summary>Who looks at this page. Ask once in OnInitializedAsync and pass the actor on.</summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication)
{
    public async Task<Actor> Get() => (await authentication.GetAuthenticationStateAsync()).User.ToActor()
        ?? throw new InvalidOperationException("Nobody is signed in; the page lacks [Authorize].");
}
