using System.Net.Mail;
using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Workspaces;

/// <param name="ExpectedVersion">The version the change was made from.</param>
public sealed record ChangeWorkspaceRequest(string Name, string? MailAddress, string TimeZone, int ExpectedVersion)
{
    /// <summary>Runs under way at the same time in one process; null for no limit of its own.</summary>
    public int? RunsInFlight { get; init; }
}

/// <summary>The workspace's own settings: name, mail address, time zone.</summary>
public sealed class ChangeWorkspace(BizQDatabase database)
{
    public async Task<Outcome<Workspace>> Read(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } refusal)
            return refusal;
        await using var db = database.Open(actor.WorkspaceId);
        return await db.Workspaces.AsNoTracking().SingleAsync(workspace => workspace.Id == actor.WorkspaceId, cancel);
    }

    public async Task<Outcome<Workspace>> Run(Actor actor, ChangeWorkspaceRequest request, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.Administer) is { } refusal)
            return refusal;
        var problems = Problems(request).ToList();
        if (problems.Count > 0)
            return Refusal.Invalid("invalidWorkspace", problems[0].Message, problems);
        await using var db = database.Open(actor.WorkspaceId);
        var workspace = await db.Workspaces.SingleAsync(workspace => workspace.Id == actor.WorkspaceId, cancel);
        if (workspace.Version != request.ExpectedVersion)
            return Changed;
        workspace.Name = request.Name.Trim();
        workspace.MailAddress = string.IsNullOrWhiteSpace(request.MailAddress) ? null : request.MailAddress.Trim();
        workspace.TimeZone = request.TimeZone;
        if (WorkspaceLimits.Of(workspace.Settings).RunsInFlight != request.RunsInFlight)
            workspace.Settings = WorkspaceLimits.In(workspace.Settings, request.RunsInFlight);
        try
        {
            await db.SaveChangesAsync(cancel);
            return workspace;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Changed;
        }
    }

    private static Refusal Changed => Refusal.Conflict("changedMeanwhile", "Somebody else changed these settings meanwhile. Load the page again and make your change on top of theirs.");

    private static IEnumerable<Problem> Problems(ChangeWorkspaceRequest request)
    {
        foreach (var problem in NewWorkspace.Problems(request.Name, request.TimeZone))
            yield return problem;
        if (request.RunsInFlight is < 1 or > WorkspaceLimits.MostRunsInFlight)
            yield return new Problem("/runsInFlight", $"Runs at once must be a whole number from 1 to {WorkspaceLimits.MostRunsInFlight}, or empty for no limit.");
        if (!string.IsNullOrWhiteSpace(request.MailAddress) && (!MailAddress.TryCreate(request.MailAddress.Trim(), out var address) || address.Address != request.MailAddress.Trim()))
            yield return new Problem("/mailAddress", "Enter the bare address, such as support@example.com, or leave it empty.");
    }
}
