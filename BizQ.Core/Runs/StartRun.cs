using System.Runtime.InteropServices;
using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Data.Rows;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Runs;

/// <param name="TaskType">What started it: manual, api, mail, schedule, webhook, event or queue.</param>
/// <param name="Title">One line that tells people which run this is.</param>
/// <param name="Input">What expressions see as <c>trigger</c>.</param>
/// <param name="IdempotencyKey">The same key again answers with the run that is already there.</param>
public sealed record StartRunRequest(Guid AgentId, string TaskType, string Title, JsonElement Input, string IdempotencyKey, Guid? MailId = null)
{
    /// <summary>Which of the agent's triggers it is.</summary>
    public string? TriggerId { get; init; }

    /// <summary>Runs that led here by calls, events or webhooks; 0 when none did.</summary>
    public int Hops { get; init; }

    /// <summary>The run that this one repeats.</summary>
    public Guid? RepeatOf { get; init; }

    /// <summary>Nothing of it leaves.</summary>
    public bool Rehearsal { get; init; }

    /// <summary>The version to run; the agent's current one when none is named.</summary>
    public Guid? VersionId { get; init; }
}

/// <summary>Accepts a piece of work: from the commit on it is BizQ's to finish, whatever happens to this process.</summary>
public sealed class StartRun(BizQDatabase database, KnownAgents agents, GroupCommit commit, FreshRuns fresh, RunPayloads payloads, Ids ids, TimeProvider clock, IWakeRuns wake)
{
    /// <summary>Larger inputs belong into a document the run can look up. What is larger than a row may hold lies in the archive.</summary>
    public const int MostInputBytes = Archive.MostBytes;

    /// <summary>Longer rows of runs that set each other off are circles in all likelihood.</summary>
    public const int MostHops = 10;

    private const int LongestKey = 200;
    private const int LongestTitle = 300;

    public async Task<Outcome<Run>> Run(Actor actor, StartRunRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.StartRuns) is { } lacking)
            return lacking;
        if (ProblemOf(request) is { } problem)
            return problem;
        var known = await agents.Find(actor.WorkspaceId, request.AgentId, cancel);
        if (known is null || WhyNot(known.Agent) is not null)
            return await Already(actor, request, cancel) ?? (known is null ? Refusal.NotFound("agent") : WhyNot(known.Agent)!);
        var whole = New(actor, known.Agent, request);
        var run = await payloads.Row(whole, cancel);
        // Not given up halfway: the commit is shared, and nobody could tell whether the run is there.
        if (!await commit.Commit(RowSet.Adding(run, run.Id)))
            return await Already(actor, request, cancel) ?? throw new InvalidOperationException("A run with this key was there and is gone.");
        // A rehearsal needs what the run it rehearses was answered, so it is read as any other; so is what takes megabytes to keep.
        if (!run.Rehearsal && run == whole)
            fresh.Put(run);
        await wake.Wake(run.Id);
        return run;
    }

    /// <summary>Only adds the row, for callers that write their own rows in the same transaction; they wake the run after the commit.</summary>
    public async Task<Run> Add(BizQDb db, Actor actor, Agent agent, StartRunRequest request, CancellationToken cancel)
    {
        var run = await payloads.Row(New(actor, agent, request), cancel);
        db.Runs.Add(run);
        return run;
    }

    /// <summary>The same without a database.</summary>
    public Run New(Actor actor, Agent agent, StartRunRequest request) => new()
    {
        Id = ids.New(),
        WorkspaceId = actor.WorkspaceId,
        AgentId = agent.Id,
        AgentVersionId = request.VersionId ?? agent.CurrentVersionId ?? throw new InvalidOperationException($"The agent {agent.Id} has no version to run; ask WhyNot first."),
        AgentName = agent.Name,
        TaskType = request.TaskType,
        TriggerId = request.TriggerId,
        Hops = request.Hops,
        Title = OneLine(request.Title),
        IdempotencyKey = request.IdempotencyKey,
        Input = StorableJson.Of(request.Input),
        Status = RunStatus.Queued,
        StartedAt = clock.GetUtcNow(),
        StartedByName = actor.Name,
        StartedBy = request.TaskType is "manual" or "api" ? actor.Id : null,
        MailId = request.MailId,
        RepeatOf = request.RepeatOf,
        Rehearsal = request.Rehearsal,
    };

    /// <summary>Why this agent takes no work now; null when it does.</summary>
    public static Refusal? WhyNot(Agent agent) => agent switch
    {
        { Status: AgentStatus.Paused } => Refusal.Conflict("agentPaused", $"{agent.Name} is paused. Resume it on its page, then start the run again."),
        { Status: AgentStatus.Retired } => Refusal.Conflict("agentRetired", $"{agent.Name} is retired and takes no new work."),
        { CurrentVersionId: null } => Refusal.Conflict("agentWithoutVersion", $"{agent.Name} has no saved version yet. Save its definition first."),
        _ => null,
    };

    /// <summary>Why a row of runs that set each other off ends here; null when it may go on.</summary>
    public static Refusal? TooFar(int hops) => hops > MostHops
        ? Refusal.Conflict("hopLimit", $"This would be run number {hops + 1} in a row in which each set off the next by a call, an event or a webhook; {MostHops + 1} are the most. Look for agents that start each other in a circle.")
        : null;

    private static Refusal? ProblemOf(StartRunRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.IdempotencyKey) || request.IdempotencyKey.Length > LongestKey)
            return Refusal.Invalid("badIdempotencyKey", $"The idempotency key must have 1 to {LongestKey} characters.");
        if (request.Input.ValueKind is JsonValueKind.Undefined)
            return Refusal.Invalid("inputMissing", "A run needs an input; send {} when there is nothing to say.");
        if (TooFar(request.Hops) is { } circle)
            return circle;
        var bytes = JsonMarshal.GetRawUtf8Value(request.Input).Length;
        return bytes > MostInputBytes
            ? Refusal.TooLarge("inputTooLarge", $"The input has {bytes:N0} bytes; a run takes {MostInputBytes:N0}. Store the rest as a document and let the agent look it up.")
            : null;
    }

    /// <summary>What the key has already started; null when nothing.</summary>
    private async Task<Outcome<Run>?> Already(Actor actor, StartRunRequest request, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.IdempotencyKey == request.IdempotencyKey, cancel) is not { } already)
            return null;
        return already.AgentId == request.AgentId
            ? already
            : Refusal.Conflict("idempotencyKeyUsed", "This idempotency key has already started a run of another agent. Use a new key for new work.");
    }

    private static string OneLine(string title)
    {
        var line = string.Join(' ', title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length switch { 0 => "Untitled", > LongestTitle => line[..LongestTitle], _ => line };
    }
}
