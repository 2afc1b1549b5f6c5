using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace BizQ.Tests.Kit;

/// <summary>
/// BizQ as a process of its own, for what only a process can show: being killed, two of them side by side. A shell stands over
/// it as over the <see cref="PostgresServer"/>: a line asks it to end politely, the end of its input kills it at once.
/// </summary>
public sealed class BizQProcess : IAsyncDisposable
{
    private const string Watch = """
        "$@" </dev/null & child=$!
        while read -r word; do
          case $word in
            stop) kill -TERM $child; wait $child; exit;;
            pause) kill -STOP $child;;
            resume) kill -CONT $child;;
          esac
        done
        kill -KILL $child
        wait $child
        """;

    private readonly Process _shell;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _http;
    private bool _ended;

    private BizQProcess(Process shell, Uri address)
    {
        _shell = shell;
        _http = new HttpClient { BaseAddress = address };
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>What it has printed.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts it and waits until it is ready for work.</summary>
    public static Task<BizQProcess> Start(string dataPath, string connectionString, params (string Key, string Value)[] settings) =>
        Launch(dataPath, connectionString, settings).Ready();

    /// <summary>Starts it and waits for nothing: it may be killed before it is up.</summary>
    public static BizQProcess Launch(string dataPath, string connectionString, params (string Key, string Value)[] settings)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo("sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = dataPath,
        };
        string[] arguments =
        [
            "-c", Watch, "bizq", Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            Path.Combine(AppContext.BaseDirectory, "BizQ.Web.dll"),
            "--environment=Development",
            string.Create(CultureInfo.InvariantCulture, $"--urls=http://127.0.0.1:{port}"),
            $"--Data:Path={dataPath}",
            $"--ConnectionStrings:BizQ={connectionString}",
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = new BizQProcess(new Process { StartInfo = start }, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));
        process.Begin();
        return process;
    }

    /// <summary>Waits until it says that it is ready, from outside as a load balancer would.</summary>
    public async Task<BizQProcess> Ready()
    {
        var since = Stopwatch.GetTimestamp();
        while (!await Answers("/health/ready"))
        {
            if (Stopwatch.GetElapsedTime(since) > Eventually.Bound)
                throw new TimeoutException($"BizQ did not get ready. It printed:\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        return this;
    }

    /// <summary>SIGKILL: it ends at once, wherever it is.</summary>
    public Task Kill() => End(politely: false);

    /// <summary>SIGTERM: it ends what it has begun.</summary>
    public Task Stop() => End(politely: true);

    /// <summary>SIGSTOP: it stands still, as a machine does that is frozen, and knows nothing of it afterwards.</summary>
    public Task Pause() => Say("pause");

    /// <summary>SIGCONT: it goes on where it stood.</summary>
    public Task Resume() => Say("resume");

    /// <summary>Whether it answers over HTTP at all.</summary>
    public Task<bool> Lives() => Answers("/health/live");

    public async ValueTask DisposeAsync()
    {
        await End(politely: false);
        _http.Dispose();
        _shell.Dispose();
    }

    private async Task Say(string word)
    {
        await _shell.StandardInput.WriteLineAsync(word);
        await _shell.StandardInput.FlushAsync();
    }

    private void Begin()
    {
        _shell.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _shell.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _shell.Start();
        _shell.BeginOutputReadLine();
        _shell.BeginErrorReadLine();
    }

    private async Task End(bool politely)
    {
        if (_ended)
            return;
        _ended = true;
        if (politely)
            await _shell.StandardInput.WriteLineAsync("stop");
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
    }

    private async Task<bool> Answers(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
