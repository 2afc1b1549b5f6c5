using System.Diagnostics;
using System.Globalization;
using BizQ.Agents.Functions;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Functions;

/// <summary>The processes behind user functions: whose they are, what the system holds against them, and what their death means.</summary>
public sealed class WorkerTests
{
    private const string Quick = "function run(input) { return input }";

    // Processor time that the engine's own look ends after 1.5 s.
    private const string Endless = "function run() { for (;;) { } }";

    [Fact]
    public async Task A_process_never_serves_two_workspaces()
    {
        await using var desk = FunctionDesk.Of(new FunctionOptions { Workers = 1 });

        Assert.Equal("1", await desk.Value(Quick, "1", FunctionDesk.Ours));
        var ours = Assert.Single(desk.Pool.Processes);
        Assert.Equal("2", await desk.Value(Quick, "2", FunctionDesk.Ours));
        Assert.Equal(ours.Id, Assert.Single(desk.Pool.Processes).Id);
        Assert.Equal("3", await desk.Value(Quick, "3", FunctionDesk.Theirs));
        var theirs = Assert.Single(desk.Pool.Processes);

        Assert.NotEqual(ours.Id, theirs.Id);
        Assert.Equal((FunctionDesk.Ours, FunctionDesk.Theirs), (ours.WorkspaceId, theirs.WorkspaceId));
        Assert.False(IsAlive(ours.Id));
    }

    [Fact]
    public async Task A_worker_killed_from_outside_is_worth_another_try_and_is_replaced()
    {
        await using var desk = FunctionDesk.Of(new FunctionOptions { Workers = 2 });
        await desk.Value(Quick, "0");
        var victim = Assert.Single(desk.Pool.Processes).Id;
        var call = desk.Call(Endless);
        using (var process = Process.GetProcessById(victim))
            process.Kill();

        var failure = Assert.IsType<FunctionAnswer.Failed>(await call);

        Assert.Equal(("functionLost", true), (failure.Code, failure.Retryable));
        Assert.Equal("1", await desk.Value(Quick, "1"));
        Assert.DoesNotContain(desk.Pool.Processes, p => p.Id == victim);
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_process()
    {
        await using var desk = FunctionDesk.Of(new FunctionOptions { Workers = 2 });
        await desk.Value(Quick, "0");
        var victim = Assert.Single(desk.Pool.Processes).Id;
        using var stop = new CancellationTokenSource();

        var call = desk.Call(Endless, cancel: stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(IsAlive(victim));
        Assert.Equal("1", await desk.Value(Quick, "1"));
    }

    [Fact]
    public async Task Nobody_needs_a_worker_for_a_while_and_it_ends()
    {
        var clock = new FakeTimeProvider();
        await using var desk = FunctionDesk.Of(new FunctionOptions { IdleSeconds = 60 }, clock);
        await desk.Value(Quick, "0");
        var worker = Assert.Single(desk.Pool.Processes).Id;

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(desk.Pool.Processes);
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Empty(desk.Pool.Processes);
        Assert.False(IsAlive(worker));
        Assert.Equal("1", await desk.Value(Quick, "1"));
    }

    [Fact]
    public async Task The_system_holds_every_wall_of_a_worker()
    {
        Assert.True(Walls.Expected.Whole, "The tests run on Linux, where all of it can be held.");
        await using var desk = FunctionDesk.Of(new FunctionOptions { OnlyConfined = true });
        await desk.Value(Quick, "0");
        var id = Assert.Single(desk.Pool.Processes).Id;
        var status = File.ReadLines($"/proc/{id}/status").Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        var limits = File.ReadLines($"/proc/{id}/limits").Skip(1).ToDictionary(l => l[..25].Trim(), l => l[25..45].Trim());

        Assert.Equal(("2", "1"), (status["Seccomp"], status["NoNewPrivs"]));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.All(status["Uid"].Split('\t'), user => Assert.Equal("65534", user));
            Assert.Equal(("", "0000000000000000"), (status["Groups"], status["CapEff"]));
        }
        Assert.Equal(("120", "0", "0"), (limits["Max cpu time"], limits["Max core file size"], limits["Max file size"]));
        var data = long.Parse(status["VmData"].Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        Assert.InRange(long.Parse(limits["Max data size"], CultureInfo.InvariantCulture) - data, 1, FunctionLimits.MemoryGrowth);
    }

    [Fact]
    public async Task Nothing_of_our_environment_goes_to_a_worker()
    {
        var canary = $"canary-{Environment.ProcessId}-{Environment.TickCount64}";
        Environment.SetEnvironmentVariable("BIZQ_CANARY_OF_FUNCTIONS", canary);
        await using var desk = FunctionDesk.Of(new FunctionOptions { Workers = 2 });
        await desk.Value(Quick, "0");

        var environment = File.ReadAllText($"/proc/{Assert.Single(desk.Pool.Processes).Id}/environ");

        Assert.DoesNotContain(canary, environment, StringComparison.Ordinal);
        Assert.All(environment.Split('\0', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^(DOTNET_|TZ)", line));
    }

    [Fact]
    public async Task More_calls_than_may_wait_are_told_to_come_again()
    {
        await using var desk = FunctionDesk.Of(new FunctionOptions { Workers = 1, Waiting = 1 });
        await desk.Value(Quick, "0");
        using var stop = new CancellationTokenSource();
        var busy = desk.Call(Endless, cancel: stop.Token);
        var waits = desk.Call(Quick, "1");

        var refused = Assert.IsType<FunctionAnswer.Failed>(await desk.Call(Quick, "2"));
        await stop.CancelAsync();

        Assert.Equal(("functionsBusy", true), (refused.Code, refused.Retryable));
        Assert.IsType<FunctionAnswer.Returned>(await waits);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy);
    }

    [Fact]
    public async Task A_noisy_workspace_delays_another_by_one_place()
    {
        var turns = new Turns(1, 100);
        Assert.True(await turns.Take(FunctionDesk.Ours, TestContext.Current.CancellationToken));
        var order = new List<string>();
        var noisy = Enumerable.Range(0, 5).Select(n => Enter(FunctionDesk.Ours, $"noisy {n}")).ToList();
        var quiet = Enter(FunctionDesk.Theirs, "quiet");

        turns.Release();
        await Task.WhenAll([.. noisy, quiet]);

        Assert.Equal(["noisy 0", "quiet", "noisy 1", "noisy 2", "noisy 3", "noisy 4"], order);

        async Task Enter(Guid workspace, string name)
        {
            await turns.Take(workspace, TestContext.Current.CancellationToken);
            order.Add(name);
            turns.Release();
        }
    }

    [Fact]
    public async Task Who_leaves_the_line_takes_nobodys_turn()
    {
        var turns = new Turns(1, 100);
        await turns.Take(FunctionDesk.Ours, TestContext.Current.CancellationToken);
        using var leaving = new CancellationTokenSource();
        var gone = turns.Take(FunctionDesk.Ours, leaving.Token);
        var stays = turns.Take(FunctionDesk.Theirs, TestContext.Current.CancellationToken);

        await leaving.CancelAsync();
        turns.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.True(await stays);
        turns.Release();
        Assert.True(await turns.Take(FunctionDesk.Ours, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_message_that_announces_too_much_is_not_read()
    {
        using var pipe = new MemoryStream([0xff, 0xff, 0xff, 0x7f, 1, 2, 3]);
        Assert.Throws<InvalidDataException>(() => Frame.Read(pipe, Frame.MostReply));
        using var negative = new MemoryStream([0xff, 0xff, 0xff, 0xff]);
        Assert.Throws<InvalidDataException>(() => Frame.Read(negative, Frame.MostReply));
        using var torn = new MemoryStream([9, 0, 0, 0, 1, 2]);
        Assert.Null(Frame.Read(torn, Frame.MostReply));
    }

    private static bool IsAlive(int id)
    {
        // What has ended and is not waited for yet is dead all the same.
        var status = $"/proc/{id}/status";
        try
        {
            return File.Exists(status) && !File.ReadLines(status).Any(l => l.StartsWith("State:", StringComparison.Ordinal) && l.Contains('Z', StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
