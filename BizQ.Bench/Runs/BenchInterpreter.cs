using System.Diagnostics;
using System.Globalization;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Runs;

namespace BizQ.Bench.Runs;

/// <summary>What deciding costs by itself: no database, no expressions, no tasks.</summary>
internal sealed class BenchInterpreter : Benchmark
{
    private static readonly HashSet<Place> Nobody = [];

    public override string Name => "interpreter";

    public override string About => "ns and bytes for one decision of the interpreter, in graphs of 5 and 200 nodes";

    public override Task Run(Measuring measuring, CancellationToken cancel)
    {
        foreach (var nodes in new[] { 5, 200 })
        {
            var (graph, _) = Graph.Compile(Chain(nodes));
            Steps(graph!, 20_000);
            var count = measuring.Quick ? 50_000 : 500_000;
            var (since, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            var steps = Steps(graph!, count);
            var name = nodes.ToString(CultureInfo.InvariantCulture);
            measuring.Figure($"interpreter_ns.{name}", Stopwatch.GetElapsedTime(since).TotalNanoseconds / steps, "ns", "for one step; " + BenchHost.Load());
            measuring.Figure($"interpreter_bytes.{name}", (GC.GetAllocatedBytesForCurrentThread() - before) / (double)steps, "B", "allocated for one step");
        }
        return Task.CompletedTask;
    }

    /// <summary>Runs one after the other, each from its first decision to its last.</summary>
    private static int Steps(Graph graph, int atLeast)
    {
        var steps = 0;
        while (steps < atLeast)
        {
            var journal = new RunJournal(NewRun());
            while (Interpreter.Advance(graph, journal, Nobody, DateTimeOffset.UnixEpoch) is Decision.Go go)
            {
                var node = go.Start[0].Node;
                journal.Add(new RunStep
                {
                    Id = Guid.Empty,
                    WorkspaceId = Guid.Empty,
                    RunId = Guid.Empty,
                    NodeId = node.Id,
                    Kind = node.Kind,
                    Sequence = journal.NextSequence,
                    Status = StepStatus.Succeeded,
                    StartedAt = DateTimeOffset.UnixEpoch,
                    LiveEdges = graph.OutOf(node.Id) is [var edge, ..] ? s_live[edge] : null,
                });
                steps++;
            }
        }
        return steps;
    }

    private static readonly System.Text.Json.JsonElement[] s_live = [.. Enumerable.Range(0, 200).Select(edge => Json.Element((int[])[edge]))];

    private static AgentDefinition Chain(int nodes) => new()
    {
        Name = "Chain",
        Purpose = "Being measured.",
        Triggers = [new TriggerDefinition("start", "manual")],
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeDefinition($"n{i}", i == 0 ? "trigger" : "transform"))],
        Edges = [.. Enumerable.Range(1, nodes - 1).Select(i => new EdgeDefinition($"n{i - 1}", $"n{i}"))],
        Limits = new LimitsDefinition { MaxSteps = 1_000 },
    };

    private static Run NewRun() => new()
    {
        Id = Guid.Empty,
        WorkspaceId = Guid.Empty,
        AgentId = Guid.Empty,
        AgentVersionId = Guid.Empty,
        AgentName = "",
        TaskType = "manual",
        Title = "",
        IdempotencyKey = "",
        Input = Json.EmptyObject,
        Status = RunStatus.Running,
        StartedAt = DateTimeOffset.UnixEpoch,
        StartedByName = "",
    };
}
