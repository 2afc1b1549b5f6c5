using System.Diagnostics;
using Npgsql;

namespace BizQ.Tests.Kit;

/// <summary>
/// One real PostgreSQL server per test process, in a temporary folder, made when the first test asks for it. A small shell
/// stands over it and waits for the end of its standard input: however this process ends, even killed, the pipe closes,
/// and the shell stops the server and removes the folder. A line of input makes it crash the server and start it again.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Watch = """
        "$1/initdb" -D "$2/data" -U bizq -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$2/initdb.log" 2>&1 || { cat "$2/initdb.log" >&2; exit 1; }
        begin() {
          "$1/postgres" -D "$2/data" -k "$2" -h 127.0.0.1 -p "$3" -c fsync="$4" -c max_connections=500 -c shared_buffers=128MB >>"$2/server.log" 2>&1 </dev/null &
          server=$!
        }
        begin "$@"
        while read -r word; do kill -QUIT $server; wait $server; begin "$@"; done
        kill -INT $server; wait $server; rm -rf "$2"
        """;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> One = new(Start);

    private readonly Process _shell;
    private readonly SemaphoreSlim _creating = new(1);
    private readonly int _port;
    private readonly string _folder;
    private int _made;

    private PostgresServer(Process shell, int port, string folder) => (_shell, _port, _folder) = (shell, port, folder);

    public static Task<PostgresServer> Shared => One.Value;

    /// <summary>A server of its own, for a test that lets it crash; the caller ends it.</summary>
    public static Task<PostgresServer> Own() => Start();

    /// <summary>Everybody's connection breaks in the middle of whatever it did, as after a crash, and a moment later the server is back.</summary>
    public async Task Crash()
    {
        await _shell.StandardInput.WriteLineAsync("crash");
        await _shell.StandardInput.FlushAsync();
        NpgsqlConnection.ClearAllPools();
        await Answering();
    }

    /// <summary>Stops the server if a test has asked for it.</summary>
    public static async ValueTask StopShared()
    {
        if (One.IsValueCreated && One.Value.IsCompletedSuccessfully)
            await (await One.Value).DisposeAsync();
    }

    /// <summary>The connection string of a new database: empty, or a copy of <paramref name="template"/> (a name this server knows).</summary>
    public async Task<string> NewDatabase(string template = "template0", string prefix = "t")
    {
        var name = $"{prefix}_{Interlocked.Increment(ref _made)}";
        // Two copies of one template at once refuse each other.
        await _creating.WaitAsync();
        try
        {
            await Run($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log");
        }
        finally
        {
            _creating.Release();
        }
        return ConnectionString(name);
    }

    public async Task Drop(string connectionString)
    {
        await using (var pool = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(pool);
        await Run($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    public async Task Run(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _creating.Dispose();
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=bizq;Database={database};Include Error Detail=true";

    private static async Task<PostgresServer> Start()
    {
        var binaries = PostgresBinaries.Folder();
        var folder = Directory.CreateTempSubdirectory("bizq-pg-").FullName;
        var port = FreePort.Next();
        // Durable by default, as in production; BIZQ_TEST_FSYNC=off spares a slow disk.
        var fsync = Environment.GetEnvironmentVariable("BIZQ_TEST_FSYNC") == "off" ? "off" : "on";
        var shell = new Process { StartInfo = Shell(folder, [binaries, folder, port.ToString(System.Globalization.CultureInfo.InvariantCulture), fsync]) };
        shell.Start();
        var server = new PostgresServer(shell, port, folder);
        await server.Answering();
        return server;
    }

    /// <summary>PostgreSQL refuses to run as root; then it runs as the user its package made.</summary>
    private static ProcessStartInfo Shell(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = folder };
        string[] shell = ["sh", "-c", Watch, "postgres", .. arguments];
        if (!Environment.IsPrivilegedProcess)
        {
            start.FileName = shell[0];
            AddRange(start, shell[1..]);
            return start;
        }
        Run("chown", "postgres", folder);
        start.FileName = "setpriv";
        AddRange(start, ["--reuid=postgres", "--regid=postgres", "--clear-groups", .. shell]);
        return start;
    }

    private static void AddRange(ProcessStartInfo start, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}. PostgreSQL refuses to run as root and needs the user postgres, which its package makes.");
    }

    private async Task Answering()
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await Run("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (!_shell.HasExited && Stopwatch.GetElapsedTime(since) < StartPatience)
            {
                // The server says nowhere else that it is ready; asking every 50 ms costs nothing.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            catch (NpgsqlException problem)
            {
                var log = Path.Combine(_folder, "server.log");
                throw new InvalidOperationException($"PostgreSQL did not start. {(File.Exists(log) ? await File.ReadAllTextAsync(log) : await _shell.StandardError.ReadToEndAsync())}", problem);
            }
        }
    }
}
