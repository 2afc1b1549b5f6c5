using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.People;
using BizQ.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Workspaces;

public sealed class MemberTests
{
    [Theory]
    [InlineData(Role.Viewer, Permission.View)]
    [InlineData(Role.Approver, Permission.View, Permission.Decide)]
    [InlineData(Role.Builder, Permission.View, Permission.EditContext, Permission.BuildAgents, Permission.StartRuns)]
    [InlineData(Role.Admin, Permission.View, Permission.EditContext, Permission.BuildAgents, Permission.StartRuns, Permission.Decide, Permission.Administer)]
    [InlineData(Role.Owner, Permission.View, Permission.EditContext, Permission.BuildAgents, Permission.StartRuns, Permission.Decide, Permission.Administer, Permission.Own)]
    public void A_role_may_what_is_listed_for_it_and_nothing_else(Role role, params Permission[] may) =>
        Assert.Equal(may.Order(), Actor.Of(role).Order());

    [Theory, ClassData(typeof(Engines))]
    public async Task The_last_owner_cannot_go_and_an_admin_makes_no_owner(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var owner = await host.NewWorkspace();
        var admin = await host.NewPerson(owner.WorkspaceId, Role.Admin);
        var viewer = await host.NewPerson(owner.WorkspaceId, Role.Viewer);
        await using var scope = host.Services.CreateAsyncScope();
        var change = scope.ServiceProvider.GetRequiredService<ChangeRole>();
        var cancel = TestContext.Current.CancellationToken;

        Assert.Equal("lastOwner", (await change.Remove(owner, owner.Id!.Value, cancel)).Refusal!.Code);
        Assert.Equal("forbidden", (await change.Run(admin, viewer.Id!.Value, Role.Owner, cancel)).Refusal!.Code);
        Assert.Equal("forbidden", (await change.Remove(admin, owner.Id.Value, cancel)).Refusal!.Code);
        Assert.Equal("forbidden", (await change.Run(viewer, viewer.Id.Value, Role.Admin, cancel)).Refusal!.Code);
        Assert.True((await change.Run(owner, admin.Id!.Value, Role.Owner, cancel)).Ok);
        Assert.True((await change.Remove(owner, owner.Id.Value, cancel)).Ok);
        Assert.Null(await scope.ServiceProvider.GetRequiredService<FindSeat>().Run(owner.Id.Value, owner.WorkspaceId, cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Two_owners_who_let_each_other_go_at_once_leave_one(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var one = await host.NewWorkspace();
        var two = await host.NewPerson(one.WorkspaceId, Role.Owner);
        await using var scope = host.Services.CreateAsyncScope();
        var change = scope.ServiceProvider.GetRequiredService<ChangeRole>();
        var cancel = TestContext.Current.CancellationToken;
        await Task.WhenAll(Task.Run(() => change.Remove(one, two.Id!.Value, cancel), cancel), Task.Run(() => change.Remove(two, one.Id!.Value, cancel), cancel));

        var members = await scope.ServiceProvider.GetRequiredService<ListMembers>().Run(one, cancel);
        Assert.Single(members.Value.Items, member => member.Role == Role.Owner);
    }

    [Fact]
    public async Task A_new_member_signs_in_once_with_the_password_made_for_them()
    {
        await using var host = await TestHost.Start();
        var owner = await host.NewWorkspace();
        await using var scope = host.Services.CreateAsyncScope();
        var cancel = TestContext.Current.CancellationToken;
        var added = (await scope.ServiceProvider.GetRequiredService<AddMember>().Run(owner, new AddMemberRequest("bob@example.com", null, Role.Approver), cancel)).Value;
        var person = (await scope.ServiceProvider.GetRequiredService<CheckPassword>().Run("bob@example.com", added.OneTimePassword!, cancel)).Value;
        Assert.True(person.PasswordIsTemporary);

        var changed = await scope.ServiceProvider.GetRequiredService<ChangePassword>().Run(person.Id, added.OneTimePassword!, "a password of my own", cancel);
        Assert.False(changed.Value.PasswordIsTemporary);
        Assert.NotNull((await scope.ServiceProvider.GetRequiredService<CheckPassword>().Run("bob@example.com", added.OneTimePassword!, cancel)).Refusal);
    }
}
