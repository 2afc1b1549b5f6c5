using System.Text.Json;
using BizQ.Agents.Runtime.Journal;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Mortal;

/// <summary>The runs in the database; around each commit of the doomed run the process may die.</summary>
internal sealed class MortalStore(StoredRuns stored, Doom doom) : IRunStore
{
    public Task<LoadedRun?> Find(Guid runId, CancellationToken cancel) => stored.Find(runId, cancel);

    public Task<bool> Commit(JournalEntry entry) =>
        doom.Counts(entry.Run.IdempotencyKey) ? doom.Commit(() => stored.Commit(entry)) : stored.Commit(entry);
}

/// <summary>Acts by writing a line into a file: what stands there has happened, whoever has died since.</summary>
internal sealed class MortalTool(string file, Doom doom) : ITool
{
    private readonly Lock _gate = new();

    public IReadOnlyList<OperationDescription> Operations { get; } =
    [
        new("mortal.once", "Once", "Acts once.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: false, UndoWay.Irreversible),
        new("mortal.again", "Again", "May be repeated.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: true, UndoWay.Irreversible),
    ];

    public Aim AimOf(string operation, JsonElement arguments) => new(null, null);

    public async Task<ToolResult> Execute(ToolCall call, CancellationToken cancel) =>
        doom.Counts(call.Arguments.GetProperty("run").GetString()!) ? await doom.Call(() => Act(call)) : await Act(call);

    private Task<ToolResult> Act(ToolCall call)
    {
        lock (_gate)
            File.AppendAllText(file, $"{call.Operation} {call.IdempotencyKey}\n");
        return Task.FromResult<ToolResult>(new ToolResult.Done(Json.Element(new { ok = true })));
    }
}
