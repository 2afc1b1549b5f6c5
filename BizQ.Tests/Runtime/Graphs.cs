using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime;

/// <summary>
/// Graphs and journals as tests like to write them: <c>Of("start:trigger a b", "start>a a>b:yes")</c>. A node <c>b@each</c> is
/// inside of the loop each, <c>join*</c> begins with the first way that is taken, and <c>a>b!</c> is an edge for errors.
/// </summary>
internal static class Graphs
{
    public static Graph Of(string nodes, string edges, int maxSteps = 200)
    {
        var (graph, problem) = Graph.Compile(Definition(nodes, edges, maxSteps));
        Assert.Null(problem);
        return graph!;
    }

    public static AgentDefinition Definition(string nodes, string edges, int maxSteps = 200) => new()
    {
        Name = "Test agent",
        Purpose = "Being tested",
        Limits = new LimitsDefinition { MaxSteps = maxSteps },
        Nodes = [.. Words(nodes).Select(Node)],
        Edges = [.. Words(edges).Select(Edge)],
    };

    /// <summary>The definition with this node's settings, or whatever else is to be different about it.</summary>
    public static AgentDefinition With(this AgentDefinition definition, string id, Func<NodeDefinition, NodeDefinition> change) =>
        definition with { Nodes = [.. definition.Nodes.Select(n => n.Id == id ? change(n) : n)] };

    public static AgentDefinition With(this AgentDefinition definition, string id, string settings) =>
        definition.With(id, node => node with { Settings = JsonElement.Parse(settings) });

    private static NodeDefinition Node(string text)
    {
        var any = text.EndsWith('*');
        var (place, parent) = text.TrimEnd('*').Split('@') is [var before, var after] ? (before, after) : (text.TrimEnd('*'), null);
        var parts = place.Split(':');
        return new NodeDefinition(parts[0], parts.Length > 1 ? parts[1] : "script", Parent: parent, Join: any ? JoinWay.Any : JoinWay.All);
    }

    private static EdgeDefinition Edge(string text)
    {
        var parts = text.TrimEnd('!').Split('>', ':');
        return new EdgeDefinition(parts[0], parts[1], parts.Length > 2 ? parts[2] : null, OnError: text.EndsWith('!'));
    }

    public static RunJournal Journal(params IEnumerable<RunStep> steps) => new(Run(), steps);

    public static Run Run(string input = """{"kind":"manual"}""", RunStatus status = RunStatus.Running) => new()
    {
        Id = Id(),
        WorkspaceId = Id(),
        AgentId = Id(),
        AgentVersionId = Id(),
        AgentName = "Test agent",
        TaskType = "manual",
        Title = "A test",
        IdempotencyKey = "key",
        Input = JsonElement.Parse(input),
        Status = status,
        StartedAt = DateTimeOffset.UnixEpoch,
        StartedByName = "Test Owner",
    };

    /// <param name="live">Indexes of the edges it made live.</param>
    public static RunStep Step(int sequence, string node, StepStatus status = StepStatus.Succeeded, int[]? live = null, string kind = "script", string? output = null, string path = "", StepWait? waitsFor = null) => new()
    {
        Id = Id(),
        WorkspaceId = Id(),
        RunId = Id(),
        NodeId = node,
        Path = path,
        Kind = kind,
        WaitsFor = waitsFor,
        Sequence = sequence,
        Status = status,
        LiveEdges = live is null && status is StepStatus.Failed or StepStatus.Waiting ? null : Json.Element(live ?? []),
        Output = output is null ? null : JsonElement.Parse(output),
        StartedAt = DateTimeOffset.UnixEpoch,
    };

    public static Approval Approval(ApprovalState state) => new()
    {
        Id = Id(),
        WorkspaceId = Id(),
        Kind = ApprovalKind.Step,
        RunId = Id(),
        AgentId = Id(),
        AgentName = "Test agent",
        NodeId = "ask",
        Title = "?",
        Why = "!",
        State = state,
        RequestedAt = DateTimeOffset.UnixEpoch,
    };

    public static Guid Id() => new Ids(TimeProvider.System).New();

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
