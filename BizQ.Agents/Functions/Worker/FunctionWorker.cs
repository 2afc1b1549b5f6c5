using System.Text.Json;
using BizQ.Core;
using Jint;

namespace BizQ.Agents.Functions.Worker;

/// <summary>
/// The same program in another life: a process that knows nothing, can reach nothing, and calls user functions as they come
/// through its input. It ends with its input.
/// </summary>
public static class FunctionWorker
{
    public const string Command = "function-worker";

    private const string Practice =
        """
        const kept = new Map();
        async function later(list) { await null; return list.map(item => item.a); }
        function run(input) {
          for (let i = 0; i < 60; i++) kept.set('k' + i, { i, text: `n${i}` });
          class Sum { #n = 0; add(n) { this.#n += n; return this; } get n() { return this.#n; } }
          function* numbers() { yield 1; yield* [2, 3]; }
          const sorted = [...numbers()].concat(input.list.map(o => o.a).filter(a => a > 1)).sort((a, b) => b - a);
          const words = input.text.split(/\s+/).map(w => w.replace(/^(\w)/u, (_, first) => first.toUpperCase())).join(' ').padEnd(20);
          try { JSON.parse('{'); } catch (error) { kept.set('said', String(error.stack)); }
          return later(input.list).then(found => ({
            found, sorted, words, sum: sorted.reduce((s, n) => s.add(n), new Sum()).n, at: new Date(0).toISOString(), now: new Date().toLocaleString('en'),
            price: (1234.5).toLocaleString('de'), plain: 'é'.normalize('NFD').toLowerCase().localeCompare('E'), big: Number(12n ** 3n), bytes: new Uint8Array([1, 2]).length,
            keys: Object.keys(input).length, all: [...kept.values()].length, first: input.list.find(o => o.a === 1)?.a ?? null,
          }));
        }
        """;

    private static readonly string[] Mistakes =
    [
        "function run() { throw new Error('no') }", "function run() { return run() }", "function run( {", "function run() { return 1n }",
        "async function run() { throw new Error('no') }", "function run() { return undefined.x }", "function run() { const a = {}; a.a = a; return a }",
    ];

    public static bool Asked(string[] args) => args is [Command];

    /// <summary>Serves until its input ends; 0 is the only way out that nobody need think about.</summary>
    public static int Run()
    {
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        // A stack of known size, whatever the limit of the shell that started all this.
        var served = new Thread(() => Serve(input, output), FunctionLimits.Stack);
        served.Start();
        served.Join();
        return 0;
    }

    private static void Serve(Stream input, Stream output)
    {
        var code = new UserCode();
        Prepare(code);
        // The first write to a console opens it anew, which nothing behind the walls can do; not every program has written before.
        output.Write([]);
        Frame.Write(output, JsonSerializer.SerializeToUtf8Bytes(Confinement.Raise(FunctionLimits.Worker), Json.Options));
        while (Frame.Read(input, Frame.MostRequest) is { } message)
        {
            Confinement.BeginCall(FunctionLimits.Processor);
            var reply = code.Call(JsonSerializer.Deserialize<FunctionCall>(message, Json.Options)!);
            reply = reply with { Retire = reply.Retire || Environment.CpuUsage.TotalTime > FunctionLimits.Life / 2 };
            var answer = JsonSerializer.SerializeToUtf8Bytes(reply, Json.Options);
            Confinement.EndCall();
            Frame.Write(output, answer);
            if (reply.Retire)
                return;
        }
    }

    /// <summary>
    /// Nothing can be loaded once the walls stand, and nobody's two seconds should go into compiling the engine: every assembly
    /// it may need is loaded, and it is used once for everything that is common, also for what goes wrong.
    /// </summary>
    private static void Prepare(UserCode code)
    {
        Assemblies.LoadAll(typeof(Engine).Assembly);
        Assemblies.LoadAll(typeof(FunctionWorker).Assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("System.Text", StringComparison.Ordinal)));
        var input = JsonElement.Parse("""{ "text": "some words", "list": [{ "a": 1 }, { "a": 2 }] }""");
        foreach (var text in new[] { Practice, Practice }.Concat(Mistakes))
        {
            var reply = code.Call(new FunctionCall(text, input, DateTimeOffset.UnixEpoch));
            _ = JsonSerializer.SerializeToUtf8Bytes(reply, Json.Options);
        }
        Confinement.EndCall();
        GC.Collect();
    }
}
