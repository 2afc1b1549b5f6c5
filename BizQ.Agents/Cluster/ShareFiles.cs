using BizQ.Agents.Mail;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Cluster;

/// <summary>
/// What one node keeps in files, several must share. At start, after the migration: an archive that lay in a file moves into the database, and
/// a node that would write mails into an outbox of its own does not start, because the same mail could then go out of two.
/// </summary>
public sealed class ShareFiles(BizQDatabase database, Archive archive, ClusteringOptions options, SmtpOptions smtp, Ids ids, ILogger<ShareFiles> log)
{
    private const string MarkFile = "shared.id";

    public async Task Run(CancellationToken cancel)
    {
        if (archive is TableArchive)
            await MoveArchive(cancel);
        if (options.Mode != ClusterMode.Single && !smtp.Configured && !await SeesTheSharedFolder(cancel))
            throw new OptionsValidationException(ClusteringOptions.Section, typeof(ClusteringOptions),
            [
                $"Cluster:Mode is {options.Mode} and mails are written into outbox/, but Data:Path ({database.DataPath}) is not the folder that the other nodes use. "
                + $"Put Data:Path on a folder all nodes share, or send mails through a server: Mail:Smtp:Host. (If the folder was moved, move its file {MarkFile} too.)",
            ]);
    }

    private async Task MoveArchive(CancellationToken cancel)
    {
        var path = Path.Combine(database.DataPath, FileArchive.FileName);
        if (!File.Exists(path))
            return;
        using (var files = new FileArchive(database.DataPath))
            await files.CopyTo(archive, cancel);
        // Not deleted: whoever goes back to one node finds it.
        File.Move(path, path + ".moved", overwrite: true);
        log.LogInformation("The archive has moved from {File} into the database", path);
    }

    /// <summary>The first node leaves its mark in the folder and in the database; the others must find it.</summary>
    private async Task<bool> SeesTheSharedFolder(CancellationToken cancel)
    {
        var path = Path.Combine(database.DataPath, MarkFile);
        await using var db = database.OpenUnscoped();
        if (await Mark(db, cancel) is not { } mark)
        {
            db.Add(new SharedFolder { Mark = ids.New() });
            try
            {
                await db.SaveChangesAsync(cancel);
                mark = (await Mark(db, cancel))!;
                await File.WriteAllTextAsync(path, mark.Mark.ToString(), cancel);
                return true;
            }
            catch (DbUpdateException problem) when (problem.IsUniqueViolation())
            {
                db.ChangeTracker.Clear();
                mark = (await Mark(db, cancel))!;
            }
        }
        return File.Exists(path) && await File.ReadAllTextAsync(path, cancel) == mark.Mark.ToString();
    }

    private static Task<SharedFolder?> Mark(BizQDb db, CancellationToken cancel) => db.Set<SharedFolder>().AsNoTracking().SingleOrDefaultAsync(cancel);
}
