using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>The one time the secret is seen: the path where that is the secret, the key where requests are signed.</summary>
public sealed record MadeHook(Hook Hook, string Path, string? Key);

/// <summary>
/// Makes the secret of a webhook, or a new one in place of the old, which is dead at once. A signed webhook keeps its address;
/// where the address is the secret, that is what changes.
/// </summary>
public sealed class MakeHook(BizQDatabase database, VersionTriggers triggers, ISealSecrets secrets, Ids ids, TimeProvider clock)
{
    private const int Attempts = 10;

    public async Task<Outcome<MadeHook>> Run(Actor actor, Guid agentId, string triggerId, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.BuildAgents) is { } lacking)
            return lacking;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(actor, agentId, triggerId, cancel);
            }
            catch (DbUpdateException problem) when (attempt < Attempts && problem.IsLostRace())
            {
                // Somebody else made one in the same moment; the last one counts.
            }
        }
    }

    private async Task<Outcome<MadeHook>> Once(Actor actor, Guid agentId, string triggerId, CancellationToken cancel)
    {
        await using var db = database.Open(actor.WorkspaceId);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId, cancel) is not { } agent)
            return Refusal.NotFound("agent");
        var known = agent.CurrentVersionId is { } version ? await triggers.Of(db, version, cancel) : [];
        if (known.FirstOrDefault(t => t.Id == triggerId && t.Kind == "webhook") is not { } trigger)
            return Refusal.NotFound("webhook trigger");
        var auth = trigger.Auth ?? HookAuth.Path;
        var hook = await db.Hooks.FirstOrDefaultAsync(h => h.AgentId == agentId && h.TriggerId == triggerId, cancel);
        var path = hook is { Auth: HookAuth.Signature, Path: { } kept } && auth == HookAuth.Signature ? kept : HookSecrets.NewPath();
        var key = auth == HookAuth.Signature ? HookSecrets.NewKey() : null;
        if (hook is null)
        {
            hook = new Hook
            {
                Id = ids.New(),
                WorkspaceId = actor.WorkspaceId,
                AgentId = agentId,
                TriggerId = triggerId,
                Auth = auth,
                PathHash = "",
                MadeByName = actor.Name,
                MadeAt = clock.GetUtcNow(),
            };
            db.Hooks.Add(hook);
        }
        (hook.Auth, hook.PathHash) = (auth, HookSecrets.HashOf(path));
        (hook.Path, hook.SealedKey) = key is null ? (null, null) : (path, secrets.Seal(key));
        (hook.MadeByName, hook.MadeAt) = (actor.Name, clock.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        return new MadeHook(hook, path, key);
    }
}
