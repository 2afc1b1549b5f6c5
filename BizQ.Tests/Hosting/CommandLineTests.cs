using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;
using BizQ.Web.Commands;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Setup_makes_an_owner_a_workspace_and_a_key_and_then_a_further_workspace()
    {
        using var folder = new TempFolder();
        var keyFile = folder.File("key");
        var (code, output, error) = await Run("correct horse battery", "setup", "--email", "ada@example.com", "--workspace", "Shop", "--api-key-file", keyFile, $"--Data:Path={folder.File("data")}");
        Assert.True(code == 0, error);
        Assert.Contains("\"Shop\" is ready", output, StringComparison.Ordinal);
        Assert.StartsWith("bizq_", await File.ReadAllTextAsync(keyFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Equal(1, (await Run("wrong", "setup", "--email", "ada@example.com", "--workspace", "Two", $"--Data:Path={folder.File("data")}")).Code);
        Assert.Equal(0, (await Run("correct horse battery", "setup", "--email", "ada@example.com", "--workspace", "Two", $"--Data:Path={folder.File("data")}")).Code);
    }

    [Fact]
    public async Task Setup_puts_the_sample_business_in_and_its_first_mails_wait_for_the_server()
    {
        using var folder = new TempFolder();
        var (code, output, error) = await Run("correct horse battery", "setup", "--email", "ada@example.com", "--workspace", "Shop", "--sample", $"--Data:Path={folder.File("data")}");
        Assert.True(code == 0, error);
        Assert.Contains("sample business", error, StringComparison.Ordinal);
        Assert.Contains("The sample business is in it", output, StringComparison.Ordinal);

        await using var app = await Program.Build([$"--Data:Path={folder.File("data")}", "--Logging:LogLevel:Default=Warning", "--urls=http://127.0.0.1:0"]);
        var database = app.Services.GetRequiredService<BizQDatabase>();
        await using var db = database.OpenUnscoped();
        var workspace = await db.Workspaces.SingleAsync(TestContext.Current.CancellationToken);
        await using var rows = database.Open(workspace.Id);
        Assert.Equal(2, await rows.Runs.CountAsync(run => run.Status == RunStatus.Queued, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("setp")]
    [InlineData("migrate", "--data", "x")]
    [InlineData("setup", "--email", "ada@example.com")]
    public async Task What_is_not_understood_ends_with_2_and_says_so(params string[] args)
    {
        var (code, _, error) = await Run("", args);
        Assert.Equal(CommandLine.Misused, code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task A_bad_option_names_its_key_and_the_allowed_values()
    {
        using var folder = new TempFolder();
        var (code, _, error) = await Run("", "migrate", $"--Data:Path={folder.Path}", "--RateLimits:PerKeyAndMinute=3");
        Assert.Equal(CommandLine.Failed, code);
        Assert.Contains("RateLimits:PerKeyAndMinute is 3. Allowed are 60 to 10000000.", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string input, params string[] args)
    {
        using var read = new StringReader(input);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.Run(args, read, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
