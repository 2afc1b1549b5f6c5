using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace BizQ.Tests.Kit;

/// <summary>
/// A real RabbitMQ broker of one test, in a temporary folder and on loopback ports of its own, as <see cref="PostgresServer"/>
/// does it: a shell stands over it and ends it with this process. It can be ended and begun again on the same data.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private const string Watch = """
        export HOME="$1" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$3" RABBITMQ_NODENAME="bizq$2@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$2" RABBITMQ_DIST_PORT="$4"
        export RABBITMQ_MNESIA_BASE="$1/db" RABBITMQ_LOG_BASE="$1/log" RABBITMQ_LOGS=- RABBITMQ_ENABLED_PLUGINS_FILE="$1/plugins" RABBITMQ_CONFIG_FILE="$1/none" RABBITMQ_CONF_ENV_FILE="$1/env" RABBITMQ_PID_FILE="$1/pid"
        export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
        echo '[].' >"$1/plugins"; : >"$1/env"
        epmd -address 127.0.0.1 -port "$3" & names=$!
        "$5" >"$1/server.log" 2>&1 </dev/null & server=$!
        cat >/dev/null
        kill $server; wait $server; kill $names; wait $names
        """;

    private const string Missing =
        "The tests of queues need RabbitMQ's server and found none. `./dev test` installs it on Debian and Ubuntu (apt-get install rabbitmq-server).";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("bizq-mq-").FullName;
    private readonly int _port = FreePort.Next();
    private Process? _shell;

    private RabbitServer() { }

    public string Uri => string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}/");

    public static async Task<RabbitServer> Start()
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException(Missing);
        var server = new RabbitServer();
        // The broker runs as the user its package made, never as root.
        if (Environment.IsPrivilegedProcess)
            Own(server._folder);
        await server.Begin();
        return server;
    }

    /// <summary>Ends the broker; what was sent durably is there when it begins again.</summary>
    public async Task End()
    {
        if (_shell is not { } shell)
            return;
        _shell = null;
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    public async Task Begin()
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, WorkingDirectory = _folder };
        string[] shell =
        [
            "sh", "-c", Watch, "rabbit", _folder, _port.ToString(CultureInfo.InvariantCulture), FreePort.Next().ToString(CultureInfo.InvariantCulture),
            FreePort.Next().ToString(CultureInfo.InvariantCulture), Program,
        ];
        string[] whole = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups", .. shell] : shell;
        start.FileName = whole[0];
        foreach (var argument in whole[1..])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        await Listening();
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Own(string folder)
    {
        using var process = Process.Start("chown", ["rabbitmq", folder]);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException("The broker runs as the user rabbitmq, which its package makes, and there is none.");
    }

    private async Task Listening()
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", _port);
                return;
            }
            catch (SocketException) when (!_shell!.HasExited && Stopwatch.GetElapsedTime(since) < Patience)
            {
                // It says nowhere else that it listens; asking every 100 ms costs nothing.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
            catch (SocketException problem)
            {
                throw new InvalidOperationException($"RabbitMQ did not start. {await File.ReadAllTextAsync(Path.Combine(_folder, "server.log"))}", problem);
            }
        }
    }
}
