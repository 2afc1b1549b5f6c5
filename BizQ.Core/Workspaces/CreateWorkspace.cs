using BizQ.Core.Data;

namespace BizQ.Core.Workspaces;

/// <summary>An owner opens another workspace, which shares nothing with the first but the person.</summary>
public sealed class CreateWorkspace(BizQDatabase database, Ids ids, TimeProvider clock)
{
    public async Task<Outcome<Workspace>> Run(Actor actor, string name, string timeZone, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Own) is { } refusal)
            return refusal;
        if (actor is not { Kind: ActorKind.Person, Id: { } person })
            return Refusal.Invalid("onlyPeople", "Only a person can own a workspace.");
        var problems = NewWorkspace.Problems(name, timeZone).ToList();
        if (problems.Count > 0)
            return Refusal.Invalid("invalidWorkspace", problems[0].Message, problems);
        await using var db = database.OpenUnscoped();
        var workspace = NewWorkspace.Add(db, ids, clock, name, person, timeZone);
        await db.SaveChangesAsync(cancel);
        return workspace;
    }
}
