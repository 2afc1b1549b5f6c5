using BizQ.Core.Monitoring;
using BizQ.Core.Workspaces;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace BizQ.Web.Account;

/// <summary>
/// A page stays connected for hours, so who sits there is looked up again: at once when a membership of the workspace changed
/// on any node, and every <see cref="Every"/> should that not have been heard.
/// </summary>
internal sealed class SeatWatch(
    IServiceScopeFactory scopes, ChangeFeed changes, TimeProvider clock, IHostApplicationLifetime stopping, ILogger<SeatWatch> log)
    : ServerAuthenticationStateProvider, IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _gone = new();
    private IDisposable? _subscription;
    private ITimer? _timer;

    public override async Task<AuthenticationState> GetAuthenticationStateAsync()
    {
        var state = await base.GetAuthenticationStateAsync();
        if (_timer is null && state.User.ToActor() is { Id: { } person } actor)
        {
            _timer = clock.CreateTimer(_ => Look(), null, Every, Every);
            _subscription = changes.Subscribe(actor.WorkspaceId, change =>
            {
                if (change.IsAbout("settings", person))
                    Look();
            });
        }
        return state;
    }

    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var state = await base.GetAuthenticationStateAsync();
            if (await state.User.Renewed(scope.ServiceProvider.GetRequiredService<FindSeat>(), _gone.Token) is { } renewed)
                SetAuthenticationState(Task.FromResult(new AuthenticationState(renewed)));
        }
        catch (Exception late) when (late is OperationCanceledException or ObjectDisposedException && (_gone.IsCancellationRequested || stopping.ApplicationStopping.IsCancellationRequested))
        {
            // The page was closed, or BizQ stops, while we looked.
        }
        catch (Exception problem)
        {
            // Not knowing is not a reason to throw people out; the next look is in 30 s.
            log.LogWarning(problem, "Could not look up whether a signed-in person still has access");
        }
    }

    public void Dispose()
    {
        _gone.Cancel();
        _subscription?.Dispose();
        _timer?.Dispose();
        _gone.Dispose();
    }
}
