using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Runs;

namespace BizQ.Tests.Runtime;

/// <summary>Graphs and journals as tests like to write them: <c>Of("start:trigger a b", "start>a a>b:yes")</c>.</summary>
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
        Nodes = [.. Words(nodes).Select(node => node.Split(':')).Select(parts => new NodeDefinition(parts[0], parts.Length > 1 ? parts[1] : "script"))],
        Edges = [.. Words(edges).Select(edge => edge.Split('>', ':')).Select(parts => new EdgeDefinition(parts[0], parts[1], parts.Length > 2 ? parts[2] : null))],
    };

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
    public static RunStep Step(int sequence, string node, StepStatus status = StepStatus.Succeeded, int[]? live = null, string kind = "script", string? output = null) => new()
    {
        Id = Id(),
        WorkspaceId = Id(),
        RunId = Id(),
        NodeId = node,
        Kind = kind,
        Sequence = sequence,
        Status = status,
        LiveEdges = Json.Element(live ?? []),
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
