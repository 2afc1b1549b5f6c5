using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Mortal;

/// <summary>The runs in the database; around each of their commits the process may die.</summary>
internal sealed class MortalStore(StoredRuns stored, Doom doom) : IRunStore
{
    public Task<LoadedRun?> Find(Guid runId, CancellationToken cancel) => stored.Find(runId, cancel);

    public Task<bool> Commit(JournalEntry entry) => doom.Around(entry.Run.Title, [.. MomentsOf(entry)], () => stored.Commit(entry));

    /// <summary>What becomes of which steps, and of the run.</summary>
    private static IEnumerable<string> MomentsOf(JournalEntry entry)
    {
        var whose = entry.Run.ParentRunId is null ? "" : "called ";
        var effects = entry.NewEffects.Concat(entry.ChangedEffects).ToDictionary(effect => effect.Id, effect => $" {effect.State}");
        return entry.NewSteps.Concat(entry.ChangedSteps)
            .Select(step => $"{whose}{step.Path}/{step.NodeId} {step.Status}{(step.EffectId is { } id ? effects.GetValueOrDefault(id) : "")}")
            .Append($"{whose}run {entry.Run.Status}");
    }
}

/// <summary>Acts by writing a line into a file: what stands there has happened, whoever has died since.</summary>
internal sealed class MortalTool(Doom doom) : ITool
{
    public IReadOnlyList<OperationDescription> Operations { get; } =
    [
        new("mortal.once", "Once", "Acts once.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: false, UndoWay.Irreversible),
        new("mortal.again", "Again", "May be repeated.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: true, UndoWay.Irreversible),
    ];

    public Aim AimOf(string operation, JsonElement arguments) => new(null, null);

    public Task<ToolResult> Execute(ToolCall call, CancellationToken cancel) =>
        doom.Around(call.Arguments.GetProperty("run").GetString()!, [$"call of {call.Operation} by {call.Arguments.GetProperty("by")}"], () =>
        {
            doom.Write("world.txt", $"{call.Operation} {call.IdempotencyKey}");
            return Task.FromResult<ToolResult>(new ToolResult.Done(Json.Element(new { ok = true })));
        });
}

/// <summary>A node kind as it is; each time one of its nodes begins to work is written down.</summary>
internal sealed class MortalKind(INodeKind kind, Doom doom) : INodeKind
{
    public NodeDescription Description => kind.Description;

    public bool ReadsScope => kind.ReadsScope;

    public TimeSpan? Patience => kind.Patience;

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        doom.Write("begun.txt", $"{run.RunId}\t{run.Node.Id}");
        return kind.Run(run, cancel);
    }
}
