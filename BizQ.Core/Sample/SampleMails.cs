using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Sample;

/// <summary>A mail to try the sample business with.</summary>
/// <param name="Story">What it is about.</param>
/// <param name="Expect">What should become of it.</param>
public sealed record SampleMail(string Name, string Title, string Story, string Expect);

/// <summary>The mails one can try: none where the sample business is not installed.</summary>
public sealed class SampleMails(BizQDatabase database)
{
    internal const string StoreName = "Tarnwick Outdoor";

    public async Task<Outcome<IReadOnlyList<SampleMail>>> Run(Actor actor, CancellationToken cancel)
    {
        if (actor.Lacks(Permission.View) is { } lacking)
            return lacking;
        await using var db = database.Open(actor.WorkspaceId);
        return await IsInstalled(db, cancel) ? SampleFiles.Mails().ToList() : new List<SampleMail>();
    }

    internal static Task<bool> IsInstalled(BizQDb db, CancellationToken cancel) =>
        db.Entities.AnyAsync(e => e.Type == "store" && e.Name == StoreName && e.RemovedAt == null, cancel);
}
