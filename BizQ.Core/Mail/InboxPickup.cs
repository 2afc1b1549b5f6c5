using System.Data.Common;
using BizQ.Core.Data;
using BizQ.Core.Mail.Reading;
using BizQ.Core.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BizQ.Core.Mail;

/// <summary>What one pass over the inbox folder did.</summary>
/// <param name="Waiting">Still being written, locked, or beyond what one pass takes.</param>
public sealed record InboxPass(int Done, int Failed, int Waiting);

/// <summary>
/// Takes in the mails people and programs drop into <c>inbox/</c> (for the oldest workspace) and <c>inbox/SLUG/</c>. A file is
/// taken in first and moved second: killed in between, it is taken in again after the restart, which answers with the receipt
/// of the first time and moves it.
/// </summary>
public sealed class InboxPickup(BizQDatabase database, ReceiveMail receive, TimeProvider clock, ILogger<InboxPickup> log) : IDisposable
{
    public const string Done = "done";
    public const string Failed = "failed";

    /// <summary>One pass is over in seconds, so that it never holds up a shutdown; the next one takes the rest.</summary>
    private const int MostPerPass = 500;

    /// <summary>A file that nothing has written to for this long is complete; a younger one must look the same in two passes.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    // What programs call a file they are still writing.
    private static readonly string[] Unfinished = [".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~"];

    // A file that BizQ itself stumbles over this often is set aside, so that it never stands in the way of the others.
    private const int MostStumbles = 3;

    private readonly SemaphoreSlim _onePass = new(1);
    private readonly Dictionary<string, (long Size, DateTime Written)> _seen = [];
    private readonly Dictionary<string, int> _stumbles = [];

    public async Task<InboxPass> Run(CancellationToken cancel)
    {
        await _onePass.WaitAsync(cancel);
        try
        {
            using var held = Hold();
            return held is null ? new InboxPass(0, 0, 0) : await OnePass(cancel);
        }
        finally
        {
            _onePass.Release();
        }
    }

    public void Dispose() => _onePass.Dispose();

    /// <summary>Nodes that share the folder look into it one at a time; null while another does. The lock ends with the process that holds it.</summary>
    private FileStream? Hold()
    {
        try
        {
            return new FileStream(Path.Combine(Directory.CreateDirectory(database.DataPath).FullName, "inbox.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<InboxPass> OnePass(CancellationToken cancel)
    {
        var pass = new InboxPass(0, 0, 0);
        var left = MostPerPass;
        var present = new HashSet<string>();
        foreach (var (folder, workspace) in await Folders(cancel))
        {
            foreach (var file in FilesIn(folder).Take(left).OrderBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal))
            {
                cancel.ThrowIfCancellationRequested();
                left--;
                present.Add(file.FullName);
                pass = await Take(file, workspace, cancel) switch
                {
                    true => pass with { Done = pass.Done + 1 },
                    false => pass with { Failed = pass.Failed + 1 },
                    null => pass with { Waiting = pass.Waiting + 1 },
                };
            }
        }
        foreach (var gone in _seen.Keys.Where(path => !present.Contains(path)).ToList())
            _seen.Remove(gone);
        return pass;
    }

    private async Task<List<(DirectoryInfo Folder, Guid Workspace)>> Folders(CancellationToken cancel)
    {
        var inbox = Directory.CreateDirectory(Path.Combine(database.DataPath, "inbox"));
        await using var db = database.OpenUnscoped();
        var workspaces = await db.Workspaces.AsNoTracking().OrderBy(w => w.Id).Select(w => new { w.Id, w.Slug }).ToListAsync(cancel);
        // Before the first workspace is made, files wait.
        return workspaces.Count == 0
            ? []
            : [(inbox, workspaces[0].Id), .. workspaces.Where(w => w.Slug is not (Done or Failed))
                .Select(w => (new DirectoryInfo(Path.Combine(inbox.FullName, w.Slug)), w.Id)).Where(f => f.Item1.Exists)];
    }

    private static IEnumerable<FileInfo> FilesIn(DirectoryInfo folder) =>
        folder.EnumerateFiles().Where(file => !file.Name.StartsWith('.') && !Unfinished.Any(end => file.Name.EndsWith(end, StringComparison.OrdinalIgnoreCase)));

    /// <summary>True: taken in. False: refused, with the reason beside it. Null: not now.</summary>
    private async Task<bool?> Take(FileInfo file, Guid workspace, CancellationToken cancel)
    {
        try
        {
            if (!IsComplete(file))
                return null;
            var refusal = await Refused(file, workspace, cancel);
            Move(file, refusal);
            return refusal is null;
        }
        catch (Exception passing) when (passing is IOException or UnauthorizedAccessException or DbException or DbUpdateException or TimeoutException)
        {
            // Locked, taken by another node, or the database is away: the file stays where it is and the next pass tries again.
            log.LogWarning("The inbox file {File} could not be taken in yet: {Problem}", file.Name, passing.Message);
            return null;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            log.LogError(bug, "The inbox file {File} could not be taken in", file.Name);
            return Stumbled(file);
        }
    }

    private bool? Stumbled(FileInfo file)
    {
        _stumbles[file.FullName] = _stumbles.GetValueOrDefault(file.FullName) + 1;
        if (_stumbles[file.FullName] < MostStumbles)
            return null;
        _stumbles.Remove(file.FullName);
        Move(file, new Refusal(RefusalKind.Unavailable, "internalError", "BizQ could not take it in because of a mistake of its own, which its log describes. Move it back into the inbox after an update."));
        return false;
    }

    private bool IsComplete(FileInfo file)
    {
        var now = (file.Length, file.LastWriteTimeUtc);
        var same = _seen.TryGetValue(file.FullName, out var before) && before == now;
        _seen[file.FullName] = now;
        return same || clock.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > Settled;
    }

    private async Task<Refusal?> Refused(FileInfo file, Guid workspace, CancellationToken cancel)
    {
        if (file.LinkTarget is not null)
            return Refusal.Invalid("link", "It is a link to another file. Copy the mail itself into the inbox.");
        if (!file.Extension.Equals(".eml", StringComparison.OrdinalIgnoreCase) && !file.Extension.Equals(".mbox", StringComparison.OrdinalIgnoreCase))
            return Refusal.Invalid("notAMail", "Only mails saved as .eml (or mailboxes as .mbox) are taken in here.");
        if (file.Length > Archive.MostBytes)
            return ParseMail.TooLarge(file.Length);
        try
        {
            return await Receive(await File.ReadAllBytesAsync(file.FullName, cancel), workspace, cancel);
        }
        catch (UnauthorizedAccessException)
        {
            return Refusal.Invalid("unreadable", "BizQ may not read this file. Give the account it runs under the right to, and move it back into the inbox.");
        }
    }

    private async Task<Refusal?> Receive(byte[] content, Guid workspace, CancellationToken cancel)
    {
        foreach (var message in SplitMailbox.Of(content))
        {
            var received = await receive.Run(Actor.System(workspace), message, null, cancel);
            if (received.Refusal is { } refusal)
                return refusal;
        }
        return null;
    }

    private void Move(FileInfo file, Refusal? refusal)
    {
        var folder = Directory.CreateDirectory(Path.Combine(file.DirectoryName!, refusal is null ? Done : Failed)).FullName;
        var name = Free(folder, file.Name);
        if (refusal is not null)
        {
            // The reason first: a failed file without one would ask the question this room promises to answer.
            File.WriteAllText(Path.Combine(folder, name + ".reason.txt"), $"{refusal.Message}\n\n({refusal.Code}, {clock.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC)\n");
            log.LogWarning("The inbox file {File} was moved to failed: {Reason}", file.Name, refusal.Message);
        }
        file.MoveTo(Path.Combine(folder, name), overwrite: false);
        _seen.Remove(file.FullName);
    }

    private static string Free(string folder, string name)
    {
        var free = name;
        for (var i = 2; File.Exists(Path.Combine(folder, free)); i++)
            free = $"{Path.GetFileNameWithoutExtension(name)}-{i}{Path.GetExtension(name)}";
        return free;
    }
}
