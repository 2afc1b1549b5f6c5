using System.Text.Json;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Effects;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>The world that agents act on. It counts what was really done, which is what a customer would see.</summary>
internal sealed class Outside(World world, MemoryRuns runs, Mishaps mishaps)
{
    private readonly Dictionary<string, int> _calls = [];
    private readonly Dictionary<string, int> _onTheWay = [];
    private readonly HashSet<(Life Life, string Key)> _meant = [];

    /// <summary>How often each key was really acted upon.</summary>
    public Dictionary<string, int> Acts { get; } = [];

    public bool Happened(string key) => Acts.ContainsKey(key);

    /// <summary>Whether somebody who looks now could still be surprised: a call is on the wire, or a process that lives is about to make it.</summary>
    public bool OnTheWay(string key) => _onTheWay.GetValueOrDefault(key) > 0 || _meant.Any(meant => meant.Key == key && !meant.Life.Over);

    public void Means(Life life, string key) => _meant.Add((life, key));

    /// <summary>All is quiet: nobody is about to do anything.</summary>
    public void Quiet() => _meant.Clear();

    public Task<ToolResult> Call(Life life, ToolCall call, bool idempotent, CancellationToken cancel)
    {
        Look(call);
        var (key, answer) = (call.IdempotencyKey, new TaskCompletionSource<ToolResult>());
        _meant.Remove((life, key));
        _calls[key] = _calls.GetValueOrDefault(key) + 1;
        _onTheWay[key] = _onTheWay.GetValueOrDefault(key) + 1;
        var bad = world.Chance(mishaps.BadTools);
        var acts = !bad || world.Chance(0.5);
        // A caller that gives up or dies leaves a call on the wire, which arrives or does not.
        var giveUp = cancel.Register(() => Arrive(key, idempotent, acts && world.Chance(0.5)));
        world.Later(life, $"{life.Name} calls {call.Operation}", () =>
        {
            if (!giveUp.Unregister())
                return;
            Arrive(key, idempotent, acts);
            if (bad && world.Chance(0.3))
                return;
            world.Later(life, $"{call.Operation} answers", () => Answer(answer, bad, acts));
        }, lost: () =>
        {
            if (giveUp.Unregister())
                Arrive(key, idempotent, acts && world.Chance(0.5));
        });
        return answer.Task;
    }

    private void Answer(TaskCompletionSource<ToolResult> answer, bool bad, bool acted)
    {
        if (!bad)
            answer.TrySetResult(new ToolResult.Done(Json.Element(new { ok = true })));
        else if (world.Chance(0.3))
            answer.TrySetException(new InvalidOperationException("The tool has a bug."));
        else if (acted || world.Chance(0.3))
            answer.TrySetResult(new ToolResult.Uncertain("The line went dead."));
        else
            answer.TrySetResult(new ToolResult.Failed("refused", "It was refused.", Retryable: world.Chance(0.5)));
    }

    private void Arrive(string key, bool idempotent, bool acts)
    {
        _onTheWay[key]--;
        if (!acts)
            return;
        // A receiver that knows the key takes the second call for the first.
        Acts[key] = idempotent ? 1 : Acts.GetValueOrDefault(key) + 1;
        world.Tell($"the world was acted on, {Acts[key]} times under this key");
        if (Acts[key] > 1)
            world.Break("An effect that must happen once happened twice.");
    }

    /// <summary>Nothing goes out that was not written down before, exactly as it was agreed to.</summary>
    private void Look(ToolCall call)
    {
        if (!runs.Runs.TryGetValue(call.RunId, out var rows) || !rows.Effects.TryGetValue(call.EffectId, out var effect))
            world.Break("A tool was called for an effect that is not in the ledger.");
        else if (rows.Events.All(moved => moved.EffectId != effect.Id || moved.To != EffectState.Intended))
            world.Break("A tool was called before its intent was durable.");
        else if (effect.IdempotencyKey != call.IdempotencyKey || effect.Hash != EffectHash.Of(call.Operation, CanonicalJson.Of(call.Arguments).Value))
            world.Break("A tool was called with something else than what was agreed to.");
        else if (rows.Events.All(moved => moved.EffectId != effect.Id || moved.To != EffectState.Approved))
            world.Break("A tool was called for something nobody agreed to.");
    }
}

/// <summary>The tool behind "sim.once" (not idempotent) and "sim.again" (idempotent).</summary>
internal sealed class SimTool(Outside outside, Life life) : ITool
{
    public static readonly IReadOnlyList<OperationDescription> All =
    [
        new("sim.once", "Once", "Acts once.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: false, UndoWay.Irreversible),
        new("sim.again", "Again", "May be repeated.", JsonElement.Parse("""{"type":"object"}"""), Writes: true, Idempotent: true, UndoWay.Irreversible),
    ];

    public IReadOnlyList<OperationDescription> Operations => All;

    public Aim AimOf(string operation, JsonElement arguments) => new(null, null);

    public Task<ToolResult> Execute(ToolCall call, CancellationToken cancel) => outside.Call(life, call, call.Operation == "sim.again", cancel);
}
