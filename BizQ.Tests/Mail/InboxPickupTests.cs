using BizQ.Core.Data;
using BizQ.Core.Mail;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Mail;

/// <summary>The inbox folder: each file is taken in once, when it is whole, for the workspace it was meant for.</summary>
public sealed class InboxPickupTests : IDisposable
{
    // The files' times are the machine's: a clock of long ago makes every file one that may still be written to.
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<IDisposable> _made = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task A_file_is_taken_in_once_and_moved_to_done(Engine engine)
    {
        await using var desk = await MailDesk.Start(engine);
        var (inbox, pickup) = Inbox(desk);
        await Drop(inbox, "one.eml", Mails.Ordinary());

        Assert.Equal(new InboxPass(0, 0, 1), await pickup.Run(Cancel));
        Assert.Equal(new InboxPass(1, 0, 0), await pickup.Run(Cancel));
        Assert.Equal(new InboxPass(0, 0, 0), await pickup.Run(Cancel));
        Assert.Equal(["one.eml"], Names(inbox, InboxPickup.Done));
        Assert.Equal(1, await Count(desk));
    }

    [Fact]
    public async Task A_file_that_still_grows_waits()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var (inbox, pickup) = Inbox(desk);
        await Drop(inbox, "slow.eml", Mails.Ordinary()[..40]);
        Assert.Equal(1, (await pickup.Run(Cancel)).Waiting);
        await Drop(inbox, "slow.eml", Mails.Ordinary());
        Assert.Equal(1, (await pickup.Run(Cancel)).Waiting);
        Assert.Equal(1, (await pickup.Run(Cancel)).Done);
        await using var db = desk.Open();
        Assert.Equal("Hello, where is my parcel?", (await db.Mails.SingleAsync(Cancel)).Text);
    }

    [Fact]
    public async Task What_was_taken_in_before_a_crash_is_moved_after_it_and_not_taken_in_again()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var (inbox, pickup) = Inbox(desk);
        await desk.Receive(Mails.Ordinary());
        await Drop(inbox, "again.eml", Mails.Ordinary());
        await Twice(pickup);
        Assert.Equal(["again.eml"], Names(inbox, InboxPickup.Done));
        Assert.Equal(1, await Count(desk));
    }

    [Fact]
    public async Task A_second_file_of_the_same_name_keeps_both()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var (inbox, pickup) = Inbox(desk);
        await Drop(inbox, "mail.eml", Mails.Ordinary(id: "one@x"));
        await Twice(pickup);
        await Drop(inbox, "mail.eml", Mails.Ordinary(id: "two@x"));
        await Twice(pickup);
        Assert.Equal(["mail-2.eml", "mail.eml"], Names(inbox, InboxPickup.Done));
        Assert.Equal(2, await Count(desk));
    }

    [Fact]
    public async Task A_folder_named_for_a_workspace_is_that_workspaces_inbox()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var other = await desk.Kit.NewWorkspace();
        var (inbox, pickup) = Inbox(desk);
        string slug;
        await using (var db = desk.Kit.Database.Open(other.WorkspaceId))
            slug = await db.Workspaces.Where(w => w.Id == other.WorkspaceId).Select(w => w.Slug).SingleAsync(Cancel);
        await Drop(Directory.CreateDirectory(Path.Combine(inbox, slug)).FullName, "theirs.eml", Mails.Ordinary());
        await Twice(pickup);
        await using var theirs = desk.Kit.Database.Open(other.WorkspaceId);
        Assert.Equal((1, 0), (await theirs.Mails.CountAsync(Cancel), await Count(desk)));
    }

    [Fact]
    public async Task What_is_no_mail_goes_to_failed_with_a_reason_and_what_is_unfinished_or_hidden_stays()
    {
        await using var desk = await MailDesk.Start(Engine.Sqlite);
        var (inbox, pickup) = Inbox(desk);
        foreach (var name in (string[])["notes.docx", ".hidden.eml", "half.eml.part", "copy.tmp"])
            await Drop(inbox, name, Mails.Ordinary(id: $"{name}@x"));
        await Twice(pickup);
        Assert.Equal(["notes.docx", "notes.docx.reason.txt"], Names(inbox, InboxPickup.Failed));
        Assert.Equal([".hidden.eml", "copy.tmp", "half.eml.part"], Directory.GetFiles(inbox).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(0, await Count(desk));
    }

    public void Dispose() => _made.ForEach(made => made.Dispose());

    private (string Folder, InboxPickup Pickup) Inbox(MailDesk desk)
    {
        var pickup = new InboxPickup(desk.Kit.Database, desk.Receiving(), _clock, NullLogger<InboxPickup>.Instance);
        _made.Add(pickup);
        return (Directory.CreateDirectory(Path.Combine(desk.Kit.Database.DataPath, "inbox")).FullName, pickup);
    }

    private static async Task Twice(InboxPickup pickup)
    {
        await pickup.Run(Cancel);
        await pickup.Run(Cancel);
    }

    private static Task Drop(string folder, string name, byte[] content) => File.WriteAllBytesAsync(Path.Combine(folder, name), content, Cancel);

    private static IEnumerable<string> Names(string inbox, string folder) =>
        Directory.GetFiles(Path.Combine(inbox, folder)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static async Task<int> Count(MailDesk desk)
    {
        await using var db = desk.Open();
        return await db.Mails.CountAsync(Cancel);
    }
}
