using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Schedules;

public sealed class AbortedStartTests
{
    [Fact]
    public async Task A_start_that_is_given_up_because_the_port_is_taken_says_that_and_nothing_worse()
    {
        using var folder = new TempFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var process = BizQProcess.Launch(folder.Path, "", ("urls", $"http://127.0.0.1:{port}"));
        var since = Stopwatch.GetTimestamp();
        while (!process.Output.Contains("Another program uses it", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(since) < Eventually.Bound)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        await process.Stop();
        Assert.Contains("Another program uses it", process.Output, StringComparison.Ordinal);
        foreach (var worse in new[] { "FTL", "Fatal", "BackgroundService" })
            Assert.DoesNotContain(worse, process.Output, StringComparison.Ordinal);
    }
}
