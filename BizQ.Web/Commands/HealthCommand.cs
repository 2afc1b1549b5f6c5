using System.CommandLine;
using BizQ.Web.Hosting;

namespace BizQ.Web.Commands;

/// <summary>Asks a running BizQ whether it is ready: for containers, which have no curl.</summary>
internal static class HealthCommand
{
    // A check that takes longer is as bad as one that fails; Docker's own default is 30 s.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Make(TextWriter output, TextWriter error)
    {
        var url = new Option<string>("--url") { Description = "Where BizQ serves.", DefaultValueFactory = _ => UsualUrl() };
        var command = new Command("health", "Say whether a running BizQ is ready; exit code 0 when it is.") { url };
        command.SetAction(async (parsed, cancel) =>
        {
            var address = parsed.GetValue(url)!.TrimEnd('/');
            if (!Uri.TryCreate($"{address}/health/ready", UriKind.Absolute, out var ready) || ready.Scheme is not ("http" or "https"))
            {
                await error.WriteLineAsync($"--url is \"{address}\". Give it as http://HOST:PORT.");
                return CommandLine.Misused;
            }
            using var client = new HttpClient { Timeout = Patience };
            try
            {
                using var answer = await client.GetAsync(ready, cancel);
                await (answer.IsSuccessStatusCode ? output : error).WriteLineAsync(await answer.Content.ReadAsStringAsync(cancel));
                return answer.IsSuccessStatusCode ? 0 : CommandLine.Failed;
            }
            catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                await error.WriteLineAsync($"Nothing answers at {address}. Name the address with --url.");
                return CommandLine.Failed;
            }
        });
        return command;
    }

    /// <summary>Where the server of the same environment listens; "every address" is asked at loopback.</summary>
    private static string UsualUrl()
    {
        if (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } urls)
            return urls.Split(';')[0].Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal)
                .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://[::]", "://localhost", StringComparison.Ordinal);
        return Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is { Length: > 0 } ports
            ? $"http://localhost:{ports.Split(';')[0]}"
            : HostingRoom.UsualUrl;
    }
}
