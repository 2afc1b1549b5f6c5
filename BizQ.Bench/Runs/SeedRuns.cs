using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data.Rows;
using BizQ.Core.Runs;

namespace BizQ.Bench.Runs;

/// <summary>Runs as another process would have left them.</summary>
internal static class SeedRuns
{
    /// <summary>Accepted and two of five steps done.</summary>
    public static Task InFlight(BenchHost host, Agent agent, int count) => Write(host, count, (ids, number) =>
    {
        var run = NewRun(ids, host, agent, number, RunStatus.Running);
        return (run, [Step(ids, run, 1, "start", "trigger", StepStatus.Succeeded, 0, run.Input), Step(ids, run, 2, "a", "transform", StepStatus.Succeeded, 1, Json.Element(new { total = 25, name = "Ada Winter" }))], []);
    });

    /// <summary>Asked a person, who has not answered yet.</summary>
    public static Task Parked(BenchHost host, Agent agent, int count) => Write(host, count, (ids, number) =>
    {
        var run = NewRun(ids, host, agent, number, RunStatus.WaitingForApproval);
        var ask = Step(ids, run, 2, "ask", "approval", StepStatus.Waiting, null, null);
        var approval = new Approval
        {
            Id = ids.New(),
            WorkspaceId = run.WorkspaceId,
            Kind = ApprovalKind.Step,
            RunId = run.Id,
            AgentId = run.AgentId,
            AgentName = run.AgentName,
            NodeId = "ask",
            Title = "Is this right?",
            Why = "Being measured.",
            RequestedAt = run.StartedAt,
        };
        ask.ApprovalId = approval.Id;
        return (run, [Step(ids, run, 1, "start", "trigger", StepStatus.Succeeded, 0, run.Input), ask], [approval]);
    });

    private static async Task Write(BenchHost host, int count, Func<Ids, int, (Run Run, RunStep[] Steps, Approval[] Approvals)> make)
    {
        var (commit, ids) = (host.Get<GroupCommit>(), host.Get<Ids>());
        foreach (var some in Enumerable.Range(0, count).Chunk(2_000))
        {
            await Task.WhenAll(some.Select(number =>
            {
                var (run, steps, approvals) = make(ids, number);
                return commit.Commit(RowSet.Adding(run, run.Id).Insert(steps).Insert(approvals));
            }));
        }
    }

    private static Run NewRun(Ids ids, BenchHost host, Agent agent, int number, RunStatus status) => new()
    {
        Id = ids.New(),
        WorkspaceId = host.Owner.WorkspaceId,
        AgentId = agent.Id,
        AgentVersionId = agent.CurrentVersionId!.Value,
        AgentName = agent.Name,
        TaskType = "manual",
        Title = "A measured run",
        IdempotencyKey = $"seeded-{agent.Id:N}-{number}",
        Status = status,
        StartedAt = TimeProvider.System.GetUtcNow(),
        StartedByName = host.Owner.Name,
        Version = 3,
        Input = Json.Element(new { kind = "manual", input = new { price = 12.5, count = 2, name = "Ada Winter" } }),
    };

    private static RunStep Step(Ids ids, Run run, int sequence, string node, string kind, StepStatus status, int? live, System.Text.Json.JsonElement? output) => new()
    {
        Id = ids.New(),
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        NodeId = node,
        Kind = kind,
        Sequence = sequence,
        Status = status,
        StartedAt = run.StartedAt,
        Input = Json.EmptyObject,
        Output = output,
        LiveEdges = live is { } edge ? Json.Element((int[])[edge]) : null,
        DurationMs = 0.1,
    };
}
