using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Context.Parsing;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context;

/// <summary>A document is accepted at once and read later, once, whoever dies on the way; what cannot be read says why.</summary>
public sealed class AcceptedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static byte[] Care => Files.Text("# Care\n\nDry the tent.");

    [Theory, ClassData(typeof(Engines))]
    public async Task It_is_found_once_it_is_read_and_not_before(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var accepted = (await business.Accept("care.md", Care)).Value;
        Assert.Equal((DocumentState.Reading, "care", 0), (accepted.State, accepted.Title, accepted.PassageCount));
        Assert.Empty(await business.Search("dry"));

        await business.ReadAccepted.One(Assert.Single(await business.ReadAccepted.Waiting(Cancel)), Cancel);

        var read = await business.Now(accepted.Id);
        Assert.Equal((DocumentState.Ready, "Care", 1, "text/markdown"), (read.State, read.Title, read.PassageCount, read.MediaType));
        Assert.Single(await business.Search("dry"));
        Assert.Empty(await business.ReadAccepted.Waiting(Cancel));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Whoever_dies_while_reading_loses_it_to_the_next_and_nobody_reads_it_twice(Engine engine)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var business = await KnownBusiness.Start(engine, clock);
        var accepted = (await business.Accept("care.md", Care)).Value;
        var begun = new TaskCompletionSource();
        business.Reading.Instead = _ =>
        {
            begun.SetResult();
            // It never comes back.
            return new TaskCompletionSource<Outcome<ParsedDocument>>().Task;
        };
        _ = business.ReadAccepted.One(new Unread(business.Owner.WorkspaceId, accepted.Id), Cancel);
        await begun.Task;
        business.Reading.Instead = null;
        Assert.Empty(await business.ReadAccepted.Waiting(Cancel));
        await business.ReadAccepted.One(new Unread(business.Owner.WorkspaceId, accepted.Id), Cancel);
        Assert.Equal(DocumentState.Reading, (await business.Now(accepted.Id)).State);

        clock.Advance(TimeSpan.FromSeconds(61));

        await business.ReadAccepted.One(Assert.Single(await business.ReadAccepted.Waiting(Cancel)), Cancel);
        Assert.Equal(DocumentState.Ready, (await business.Now(accepted.Id)).State);
        Assert.Single(await business.Search("dry"));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task What_takes_down_its_reader_is_given_up_with_a_name(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var accepted = (await business.Accept("care.md", Care)).Value;
        business.Reading.Instead = _ => Task.FromResult<Outcome<ParsedDocument>>(new Refusal(RefusalKind.Unavailable, "readerLost", "It was lost. Upload it again."));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(DocumentState.Reading, (await business.Now(accepted.Id)).State);
            await business.ReadAccepted.One(Assert.Single(await business.ReadAccepted.Waiting(Cancel)), Cancel);
        }
        var given = await business.Now(accepted.Id);
        Assert.Equal((DocumentState.Refused, "readerLost", "It was lost. Upload it again."), (given.State, given.RefusalCode, given.RefusalMessage));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task One_that_could_not_be_read_says_why_and_is_tried_again_when_it_is_brought_again(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var refused = (await business.Upload("secret.pdf", Files.EncryptedPdf())).Value;
        Assert.Equal((DocumentState.Refused, "encrypted"), (refused.State, refused.RefusalCode));
        Assert.Contains("without one and upload it again", refused.RefusalMessage, StringComparison.Ordinal);
        var again = (await business.Accept("secret.pdf", Files.EncryptedPdf())).Value;
        Assert.Equal((refused.Id, DocumentState.Reading, (string?)null), (again.Id, again.State, again.RefusalCode));
        Assert.Equal([refused.Id], (await business.ReadAccepted.Waiting(Cancel)).Select(unread => unread.Id));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task One_that_is_removed_while_it_is_read_stays_out_of_search_and_comes_back_whole(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var accepted = (await business.Accept("care.md", Care)).Value;
        Assert.True((await business.RemoveDocument.Run(business.Owner, accepted.Id, Cancel)).Ok);
        await business.ReadAccepted.All(business.Owner.WorkspaceId, Cancel);
        Assert.Empty(await business.Search("dry"));
        Assert.True((await business.RemoveDocument.Restore(business.Owner, accepted.Id, Cancel)).Ok);
        Assert.Single(await business.Search("dry"));
    }

    [Fact]
    public async Task What_a_process_left_unread_the_next_one_reads_when_it_starts()
    {
        await using var first = await TestHost.Start(more: services => services.Where(s => s.ImplementationType == typeof(BizQ.Agents.Documents.ReadDocuments)).ToList().ForEach(s => services.Remove(s)));
        var owner = await first.NewWorkspace();
        var accepted = (await first.Get<AddDocument>().Run(owner, new AddDocumentRequest("care.md", null, Care, null, SourceKind.Person, "Ana"), Cancel)).Value;
        Assert.Equal(DocumentState.Reading, accepted.State);

        await using var second = await TestHost.Join(first.Database.ConnectionString, services =>
            services.Where(s => s.ServiceType == typeof(Archive)).ToList().ForEach(s => { services.Remove(s); services.Add(new(typeof(Archive), first.Get<Archive>())); }));

        var read = await second.Until(owner.WorkspaceId, async db => await db.Documents.AsNoTracking().SingleOrDefaultAsync(d => d.State == DocumentState.Ready, Cancel), "a document that is read");
        Assert.Equal((accepted.Id, "Care", 1), (read.Id, read.Title, read.PassageCount));
    }
}
