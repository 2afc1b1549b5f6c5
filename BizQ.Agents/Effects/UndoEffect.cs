using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Effects;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Agents.Effects;

/// <summary>Takes back what an effect did, in the way its operation declares; most of what is said to people cannot be.</summary>
public sealed class UndoEffect(BizQDatabase database, IEnumerable<ITool> tools, Ids ids, TimeProvider clock)
{
    public async Task<Outcome<Effect>> Run(Actor actor, Guid effectId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Decide) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Effects.FirstOrDefaultAsync(e => e.Id == effectId, cancel) is not { } effect)
            return Refusal.NotFound("effect");
        if (effect.State == EffectState.Undone)
            return Refusal.Conflict("alreadyUndone", "This has been undone already.");
        if (effect.State != EffectState.Done)
            return Refusal.Conflict("notDone", "Only what was done can be undone; this was not.");
        var tool = tools.FirstOrDefault(t => t.Operations.Any(o => o.Name == effect.Operation));
        var way = tool?.Operations.First(o => o.Name == effect.Operation).Undo ?? UndoWay.Irreversible;
        if (tool is null || way == UndoWay.Irreversible)
            return Refusal.Conflict("irreversible", $"{effect.Operation} cannot be taken back. Where a message was wrong, send a correction.");
        return await Undo(db, actor, effect, tool, cancel);
    }

    private async Task<Outcome<Effect>> Undo(BizQDb db, Actor actor, Effect effect, ITool tool, CancellationToken cancel)
    {
        var undo = CallTool.CallOf(effect) with { IdempotencyKey = $"{effect.IdempotencyKey}:undo" };
        switch (await tool.Undo(undo, effect.Result ?? Json.EmptyObject, cancel))
        {
            case ToolResult.Failed failed:
                return Refusal.Conflict(failed.Code, failed.Message);
            case ToolResult.Uncertain uncertain:
                return Refusal.Conflict("undoUncertain", $"{uncertain.Message} Look whether it was taken back before you try again.");
        }
        db.EffectEvents.Add(EffectLife.Move(effect, EffectState.Undone, Mover.Person, actor.Name, null, clock.GetUtcNow(), ids));
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusal.Conflict("alreadyUndone", "Somebody else has just undone this.");
        }
        return effect;
    }
}
