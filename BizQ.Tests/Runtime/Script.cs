using System.Collections.Concurrent;
using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Runtime;

/// <summary>What the nodes of kind "script" do, by node id; one that is not told does nothing and says so.</summary>
public sealed class Script
{
    private readonly ConcurrentDictionary<string, Func<NodeRun, CancellationToken, Task<NodeResult>>> _parts = new();

    /// <summary>How often each node was run.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = new();

    public Script On(string node, Func<NodeRun, CancellationToken, Task<NodeResult>> what)
    {
        _parts[node] = what;
        return this;
    }

    public Script On(string node, Func<NodeRun, NodeResult> what) => On(node, (run, _) => Task.FromResult(what(run)));

    public void Register(IServiceCollection services)
    {
        services.AddSingleton<INodeKind>(new ScriptKind(this));
        services.AddSingleton<ITool>(Tool);
    }

    /// <summary>The tool behind "test.once" (not idempotent) and "test.again" (idempotent).</summary>
    public ScriptTool Tool { get; } = new();

    public static NodeResult Says(object value) => new NodeResult.Completed(Json.Element(value));

    private sealed class ScriptKind(Script script) : INodeKind
    {
        public NodeDescription Description { get; } = new("script", "Script", "Does what a test says.", "Code", Json.EmptyObject, "What the test says.", ["/*"]);

        public bool ReadsScope => true;

        public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
        {
            script.Calls.AddOrUpdate(run.Node.Id, 1, (_, n) => n + 1);
            return script._parts.TryGetValue(run.Node.Id, out var part) ? part(run, cancel) : Task.FromResult(Says(new { node = run.Node.Id }));
        }
    }
}

/// <summary>A tool that counts, and answers as it is told.</summary>
public sealed class ScriptTool : ITool
{
    public ConcurrentQueue<string> Keys { get; } = new();

    public Func<ToolCall, CancellationToken, Task<ToolResult>> Answer { get; set; } = (_, _) => Task.FromResult<ToolResult>(new ToolResult.Done(Json.Element(new { ok = true })));

    public IReadOnlyList<OperationDescription> Operations { get; } =
    [
        new("test.once", "Once", "Acts once.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: false, UndoWay.Irreversible),
        new("test.again", "Again", "May be repeated.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: true, UndoWay.Irreversible),
    ];

    public Aim AimOf(string operation, JsonElement arguments) => new(null, null);

    public Task<ToolResult> Execute(ToolCall call, CancellationToken cancel)
    {
        Keys.Enqueue(call.IdempotencyKey);
        return Answer(call, cancel);
    }
}
