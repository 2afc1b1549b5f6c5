using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.Keys;
using BizQ.Core.Workspaces.People;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Account;

public sealed class KeyTests
{
    private static readonly Uri Keys = new("/api/v1/settings/keys", UriKind.Relative);

    [Theory, ClassData(typeof(Engines))]
    public async Task A_revoked_key_is_refused_with_a_problem_document(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        await using var scope = host.Services.CreateAsyncScope();
        var made = await Make(scope.ServiceProvider, owner, Permission.View, Permission.Administer);
        var client = host.Client(made.Secret);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Keys, TestContext.Current.CancellationToken)).StatusCode);

        var ended = await client.DeleteAsync(new Uri($"/api/v1/settings/keys/{made.Key.Id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        var refused = await client.GetAsync(Keys, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal("invalidKey", (await refused.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_key_does_what_it_was_made_for_in_its_own_workspace_only()
    {
        await using var host = await TestHost.Start();
        var mine = await host.NewWorkspace();
        var theirs = await host.NewWorkspace("Another");
        await using var scope = host.Services.CreateAsyncScope();
        var reader = await Make(scope.ServiceProvider, mine, Permission.View);
        var foreign = await Make(scope.ServiceProvider, theirs, Permission.View, Permission.Administer);

        Assert.Equal(HttpStatusCode.Forbidden, (await host.Client(reader.Secret).GetAsync(Keys, TestContext.Current.CancellationToken)).StatusCode);
        var unknown = await host.Client(foreign.Secret).DeleteAsync(new Uri($"/api/v1/settings/keys/{reader.Key.Id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_key_never_may_more_than_its_maker_and_dies_with_the_membership()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        var admin = await host.NewPerson(owner.WorkspaceId, Role.Admin);
        await using var scope = host.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var cancel = TestContext.Current.CancellationToken;
        Assert.NotNull((await services.GetRequiredService<MakeKey>().Run(owner, new MakeKeyRequest("Too much", [Permission.Own]), cancel)).Refusal);

        var made = await Make(services, admin, Permission.View, Permission.Decide);
        await services.GetRequiredService<ChangeRole>().Run(owner, admin.Id!.Value, Role.Viewer, cancel);
        var actor = (await services.GetRequiredService<UseKey>().Run(made.Secret, cancel)).Value;
        Assert.Equal([Permission.View], actor.Permissions);

        await services.GetRequiredService<ChangeRole>().Remove(owner, admin.Id.Value, cancel);
        Assert.Equal("invalidKey", (await services.GetRequiredService<UseKey>().Run(made.Secret, cancel)).Refusal!.Code);
    }

    private static async Task<MadeKey> Make(IServiceProvider services, Actor actor, params Permission[] scopes) =>
        (await services.GetRequiredService<MakeKey>().Run(actor, new MakeKeyRequest("Test", scopes), TestContext.Current.CancellationToken)).Value;
}
