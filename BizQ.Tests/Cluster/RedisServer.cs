using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Cluster;

/// <summary>A real Redis server in a temporary folder, which Debian's package redis-server brings. A shell stands over it as over the <see cref="PostgresServer"/>.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Watch = """
        redis-server --port "$1" --bind 127.0.0.1 --dir "$2" --save "" --appendonly no >"$2/server.log" 2>&1 </dev/null &
        server=$!
        cat >/dev/null
        kill -KILL $server; wait $server; rm -rf "$2"
        """;

    private readonly Process _shell;
    private readonly int _port;

    private RedisServer(Process shell, int port) => (_shell, _port) = (shell, port);

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<RedisServer> Start()
    {
        var folder = Directory.CreateTempSubdirectory("bizq-redis-").FullName;
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true };
        var port = FreePort.Next();
        foreach (var argument in new[] { "-c", Watch, "redis", port.ToString(CultureInfo.InvariantCulture), folder })
            start.ArgumentList.Add(argument);
        var shell = Process.Start(start)!;
        var since = Stopwatch.GetTimestamp();
        while (!await Answers(port))
        {
            if (Stopwatch.GetElapsedTime(since) > Eventually.Bound)
                throw new InvalidOperationException("The tests need redis-server: `./dev test` installs it on Debian and Ubuntu; elsewhere put it into PATH.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        return new RedisServer(shell, port);
    }

    /// <summary>Says one command and gives back the first line of the answer.</summary>
    public async Task<string> Say(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static async Task<bool> Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            // Not listening yet.
            return false;
        }
    }
}
