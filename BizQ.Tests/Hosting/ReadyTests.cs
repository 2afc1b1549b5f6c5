using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Monitoring;
using BizQ.Tests.Kit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BizQ.Tests.Hosting;

/// <summary>What a load balancer is told: which parts there are, and which of them does not work.</summary>
public sealed class ReadyTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Every_part_is_named_and_works(Engine engine)
    {
        await using var host = await TestHost.Start(engine);
        var (code, report) = await Ask(host);
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal(["archive", "database", "files", "runtime", "schedules"], report.GetProperty("checks").EnumerateObject().Select(c => c.Name).Order());
        Assert.All(report.GetProperty("checks").EnumerateObject(), check => Assert.Equal("healthy", StateOf(check.Value)));
    }

    [Fact]
    public async Task A_part_that_does_not_work_is_named_with_why_and_nothing_else_is_blamed()
    {
        await using var host = await TestHost.Start(more: services => services.AddSingleton<IWorkingPart>(new Broken()));
        var (code, report) = await Ask(host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        var ill = Assert.Single(report.GetProperty("checks").EnumerateObject(), check => StateOf(check.Value) != "healthy");
        Assert.Equal(("teapot", "is short and stout"), (ill.Name, ill.Value.GetProperty("description").GetString()));
    }

    [Fact]
    public async Task While_parts_still_start_pages_are_served_and_ready_says_no()
    {
        var held = new Held();
        var address = new Uri(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        var starting = TestHost.Start(more: services => services.AddSingleton<IHostedService>(held), settings: ("urls", address.ToString()));
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal(HttpStatusCode.OK, await Answer(client, "/setup"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Answer(client, "/health/ready"));
        Assert.False(starting.IsCompleted);

        held.Go.SetResult();
        await using var host = await starting;
        // Quartz starts once the host has.
        while ((await Ask(host)).Code != HttpStatusCode.OK)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _cancel);
    }

    /// <summary>What it answers as soon as it listens.</summary>
    private async Task<HttpStatusCode> Answer(HttpClient client, string path)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), _cancel);
                return answer.StatusCode;
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(since) < Eventually.Bound)
            {
                // It says nowhere else that it listens.
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _cancel);
            }
        }
    }

    [Fact]
    public async Task After_the_archive_is_closed_it_says_so()
    {
        await using var host = await TestHost.Start();
        host.Get<Archive>().Dispose();
        var (code, report) = await Ask(host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("cannot be read", report.GetProperty("checks").GetProperty("archive").GetProperty("description").GetString());
    }

    [Fact]
    public async Task Without_its_tables_the_database_does_not_answer()
    {
        await using var host = await TestHost.Start();
        await using (var connection = new SqliteConnection(host.Database.ConnectionString))
        {
            await connection.OpenAsync(_cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE installations RENAME TO lost";
            await command.ExecuteNonQueryAsync(_cancel);
        }
        var (code, report) = await Ask(host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("does not answer", report.GetProperty("checks").GetProperty("database").GetProperty("description").GetString());
    }

    private async Task<(HttpStatusCode Code, JsonElement Report)> Ask(TestHost host)
    {
        using var answer = await host.Client().GetAsync(new Uri("/health/ready", UriKind.Relative), _cancel);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel));
    }

    private static string? StateOf(JsonElement check) => check.GetProperty("status").GetString();

    private sealed class Broken : IWorkingPart
    {
        public string Part => "teapot";

        public Task<string?> Problem(CancellationToken cancel) => Task.FromResult<string?>("is short and stout");
    }

    /// <summary>A part whose start takes as long as a test says.</summary>
    private sealed class Held : IHostedService
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task StartAsync(CancellationToken cancellationToken) => Go.Task.WaitAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
