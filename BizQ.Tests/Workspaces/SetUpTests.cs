using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.People;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Workspaces;

public sealed class SetUpTests
{
    private const string Password = "correct horse battery";

    [Theory, ClassData(typeof(Engines))]
    public async Task Fifty_first_visits_at_once_make_one_owner(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => SetUp(host, $"owner{i}@example.com"))));

        var made = Assert.Single(outcomes, outcome => outcome.Ok).Value;
        Assert.All(outcomes.Where(outcome => !outcome.Ok), outcome => Assert.Equal("alreadySetUp", outcome.Refusal!.Code));
        await using var db = host.Database.OpenUnscoped();
        Assert.Equal(made.PersonId, (await db.People.SingleAsync(TestContext.Current.CancellationToken)).Id);
        Assert.Equal(made.WorkspaceId, (await db.Workspaces.SingleAsync(TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public async Task Everything_wrong_with_a_set_up_is_said_at_once()
    {
        await using var host = await TestHost.Start();
        await using var scope = host.Services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<SetUpBusiness>().Run(
            new SetUpRequest("not an address", "short", " ", TimeZone: "Nowhere/At all"), TestContext.Current.CancellationToken);
        Assert.Equal(["/email", "/password", "/workspace", "/timeZone"], outcome.Refusal!.Problems!.Select(problem => problem.Pointer));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task The_fifth_wrong_password_locks_the_account_and_nobody_is_told(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        Assert.True((await SetUp(host, "ada@example.com")).Ok);
        var unknown = await Check(host, "nobody@example.com", Password);
        for (var i = 0; i < CheckPassword.Tries; i++)
            Assert.Equal(unknown, await Check(host, "ada@example.com", "wrong"));
        Assert.Equal(unknown, await Check(host, "ada@example.com", Password));

        await using (var db = host.Database.OpenUnscoped())
            await db.People.ExecuteUpdateAsync(set => set.SetProperty(p => p.LockoutEnd, (DateTimeOffset?)DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
        Assert.Null(await Check(host, "ada@example.com", Password));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Guesses_at_the_same_instant_are_all_counted(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        Assert.True((await SetUp(host, "ada@example.com")).Ok);
        await Task.WhenAll(Enumerable.Range(0, CheckPassword.Tries).Select(_ => Task.Run(() => Check(host, "ada@example.com", "wrong"))));
        Assert.NotNull(await Check(host, "ada@example.com", Password));
    }

    private static async Task<Core.Outcome<Seat>> SetUp(TestHost host, string email)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SetUpBusiness>().Run(new SetUpRequest(email, Password, "Shop"), TestContext.Current.CancellationToken);
    }

    private static async Task<Core.Refusal?> Check(TestHost host, string email, string password)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<CheckPassword>().Run(email, password, TestContext.Current.CancellationToken)).Refusal;
    }
}
