using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Triggers;

/// <summary>A request to a webhook, with nothing of it believed yet.</summary>
/// <param name="Path">The last part of the address.</param>
/// <param name="Read">What the body says; asked for only once the sender is known.</param>
public sealed record HookCall(string Path, ReadOnlyMemory<byte> Body, Func<Task<Outcome<JsonElement>>> Read)
{
    public string? ContentType { get; init; }
    public string? Timestamp { get; init; }
    public string? Signature { get; init; }
    public string? IdempotencyKey { get; init; }
    public string? Hops { get; init; }
}

/// <summary>
/// Takes a webhook in: finds out whose it is and whether the sender may use it, and starts the run. An unknown address, a wrong
/// signature and a trigger without a secret get the same answer, so that trying tells nothing.
/// </summary>
public sealed class ReceiveHook(BizQDatabase database, VersionTriggers triggers, ISealSecrets secrets, StartRun start, Ids ids, TimeProvider clock)
{
    /// <summary>A body of one megabyte is what a run takes inline.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int LongestPath = 100;
    private const int LongestKey = 200;

    public static readonly Refusal Unknown = new(
        RefusalKind.NotFound, "unknownHook",
        "No webhook takes this: its address, its secret or its signature is not right. The agent's page shows the address and makes a new secret.");

    public async Task<Outcome<Run>> Run(HookCall call, CancellationToken cancel)
    {
        if (await Find(call, cancel) is not { } found)
            return Unknown;
        var (hook, agentName, _) = found;
        if (hook.Auth == HookAuth.Signature && !HookSecrets.IsFresh(call.Timestamp, clock.GetUtcNow()))
            return new Refusal(RefusalKind.Unauthenticated, "staleSignature", $"This was signed more than {HookSecrets.Window.TotalMinutes:0} minutes from now by the clock here. Sign it again, and look at the sender's clock.");
        if (call.IdempotencyKey is { Length: 0 or > LongestKey })
            return Refusal.Invalid("badIdempotencyKey", $"The idempotency key must have 1 to {LongestKey} characters.");
        var hops = Hops.After(call.Hops);
        if (hops.Refusal is { } badHops)
            return badHops;
        var body = await call.Read();
        if (body.Refusal is { } unreadable)
            return unreadable;
        var key = KeyOf(hook, call);
        if (hook.Auth == HookAuth.Signature && await Replayed(hook, call.Signature!, key, cancel) is { } replayed)
            return replayed;
        var input = Json.Element(new { kind = "webhook", triggerId = hook.TriggerId, receivedAt = clock.GetUtcNow(), contentType = call.ContentType ?? "", body = body.Value });
        var request = new StartRunRequest(hook.AgentId, "webhook", $"{agentName} on webhook '{hook.TriggerId}'", input, key) { TriggerId = hook.TriggerId, Hops = hops.Value };
        return await start.Run(Actor.System(hook.WorkspaceId) with { Name = $"Webhook '{hook.TriggerId}'" }, request, cancel);
    }

    private async Task<(Hook Hook, string AgentName, TriggerDefinition Trigger)?> Find(HookCall call, CancellationToken cancel)
    {
        var hash = HookSecrets.HashOf(call.Path.Length <= LongestPath ? call.Path : "");
        await using var db = database.OpenUnscoped();
        var found = await (
            from hook in db.Hooks.IgnoreQueryFilters([BizQDb.WorkspaceFilter]).AsNoTracking()
            where hook.PathHash == hash
            join agent in db.Agents.IgnoreQueryFilters([BizQDb.WorkspaceFilter]) on hook.AgentId equals agent.Id
            select new { Hook = hook, agent.Name, agent.CurrentVersionId }).FirstOrDefaultAsync(cancel);
        var known = found?.CurrentVersionId is { } version ? await triggers.Of(db, version, cancel) : [];
        var trigger = known.FirstOrDefault(t => t.Kind == "webhook" && t.Id == found!.Hook.TriggerId && (t.Auth ?? HookAuth.Path) == found.Hook.Auth);
        // Computed for unknown addresses too, so that the time it takes tells nothing either.
        var key = found?.Hook.SealedKey is { } sealedKey ? secrets.Open(sealedKey) : null;
        var signed = HookSecrets.IsRight(key ?? "none", call.Timestamp, call.Signature, call.Body.Span) && key is not null;
        return found is not null && trigger is not null && (found.Hook.Auth == HookAuth.Path || signed) ? (found.Hook, found.Name, trigger) : null;
    }

    /// <summary>Hashed, because senders' keys and signatures may be long; a request without either is new work each time.</summary>
    private string KeyOf(Hook hook, HookCall call) => (call.IdempotencyKey, hook.Auth) switch
    {
        ({ } given, _) => $"webhook:{hook.Id:N}:key:{HookSecrets.HashOf(given)}",
        (null, HookAuth.Signature) => $"webhook:{hook.Id:N}:signature:{HookSecrets.HashOf(Normal(call.Signature!))}",
        _ => $"webhook:{hook.Id:N}:once:{ids.New():N}",
    };

    /// <summary>
    /// A signed request that was seen before may only ask for the run it has started: whoever has caught it on its way gets no
    /// second one by putting another Idempotency-Key beside it. Written before the run, so that a crash between the two leaves
    /// nothing but a sender who may ask again.
    /// </summary>
    private async Task<Refusal?> Replayed(Hook hook, string signature, string runKey, CancellationToken cancel)
    {
        var used = HookSecrets.HashOf(Normal(signature));
        await using var db = database.Open(hook.WorkspaceId);
        var seen = await db.HookSignatures.AsNoTracking().FirstOrDefaultAsync(s => s.HookId == hook.Id && s.Signature == used, cancel);
        if (seen is null)
        {
            db.HookSignatures.Add(new HookSignature { Id = ids.New(), WorkspaceId = hook.WorkspaceId, HookId = hook.Id, Signature = used, RunKey = runKey, SeenAt = clock.GetUtcNow() });
            try
            {
                await db.SaveChangesAsync(cancel);
                return null;
            }
            catch (DbUpdateException problem) when (problem.IsUniqueViolation())
            {
                // The same request, a moment earlier.
                await using var fresh = database.Open(hook.WorkspaceId);
                seen = await fresh.HookSignatures.AsNoTracking().FirstAsync(s => s.HookId == hook.Id && s.Signature == used, cancel);
            }
        }
        return seen.RunKey == runKey
            ? null
            : Refusal.Conflict("replayed", "This signature has been used with another idempotency key. Sign each request anew.");
    }

    /// <summary>One signature, however it is written.</summary>
    private static string Normal(string signature) => signature.Trim().ToLowerInvariant().Replace("v1=", "", StringComparison.Ordinal);
}
