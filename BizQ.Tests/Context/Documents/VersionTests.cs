using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context;

/// <summary>A new version answers from the moment it is read; until then the old one does, and never both.</summary>
public sealed class VersionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task The_old_version_answers_until_the_new_one_is_read_and_what_was_known_from_it_ends_then(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var old = (await business.Upload("returns.md", Files.Text("# Returns\n\nTents go back within 30 days."), tags: "returns")).Value;
        var other = (await business.Upload("care.md", Files.Text("# Care\n\nDry tents."))).Value;
        var facts = await KnowFrom(business, old.Id, other.Id);

        var now = (await business.Accept("returns.md", Files.Text("# Returns\n\nTents go back within 14 days."), replaces: old.Id)).Value;
        Assert.Equal(old.Id, Assert.Single(await business.Search("go back")).OwnerId);
        Assert.Null((await business.Now(old.Id)).ReplacedBy);

        await business.ReadAccepted.All(business.Owner.WorkspaceId, Cancel);

        Assert.Contains("14 days", Assert.Single(await business.Search("go back")).Text, StringComparison.Ordinal);
        Assert.Equal((now.Id, 2, (Guid?)old.Id), ((await business.Now(old.Id)).ReplacedBy!.Value, (await business.Now(now.Id)).Edition, (await business.Now(now.Id)).FirstId));
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        Assert.NotNull((await db.Facts.SingleAsync(f => f.Id == facts[0], Cancel)).ValidTo);
        Assert.Null((await db.Facts.SingleAsync(f => f.Id == facts[1], Cancel)).ValidTo);
        Assert.Equal([now.Id, old.Id], (await business.ReadDocument.Versions(business.Owner, await business.Now(old.Id), Cancel)).Select(d => d.Id));
        Assert.DoesNotContain(old.Id, (await business.Documents.Run(business.Owner, new DocumentFilter(), Cancel)).Value.Items.Select(d => d.Id));
        Assert.Equal([now.Id], (await business.Documents.Run(business.Owner, new DocumentFilter(Tag: "Returns"), Cancel)).Value.Items.Select(d => d.Id));
        Assert.Single((await business.ReadDocument.Run(business.Owner, old.Id, false, Cancel)).Value.Passages);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_new_version_that_cannot_be_read_leaves_the_old_one_in_place(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var old = (await business.Upload("returns.md", "Tents go back within 30 days.")).Value;
        var broken = (await business.Upload("returns.pdf", Files.EncryptedPdf(), replaces: old.Id)).Value;
        Assert.Equal(DocumentState.Refused, broken.State);
        Assert.Equal(old.Id, Assert.Single(await business.Search("go back")).OwnerId);
        var better = (await business.Upload("returns.txt", Files.Text("Tents go back within 14 days."), replaces: old.Id)).Value;
        Assert.Equal(better.Id, Assert.Single(await business.Search("go back")).OwnerId);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_file_of_the_same_name_is_offered_as_a_new_version_and_becomes_one(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var old = (await business.Upload("returns.md", "Tents go back within 30 days.")).Value;
        var now = (await business.Upload("returns.md", "Tents go back within 14 days.")).Value;
        Assert.Equal(2, (await business.Search("go back")).Count);
        Assert.Equal(old.Id, (await business.ReadDocument.SameName(business.Owner, now, Cancel))!.Id);
        Assert.True((await business.Replace.Run(business.Owner, now.Id, old.Id, Cancel)).Ok);
        Assert.Equal(now.Id, Assert.Single(await business.Search("go back")).OwnerId);
        // An old version that comes back into lists stays out of search.
        Assert.True((await business.RemoveDocument.Run(business.Owner, old.Id, Cancel)).Ok);
        Assert.True((await business.RemoveDocument.Restore(business.Owner, old.Id, Cancel)).Ok);
        Assert.Single(await business.Search("go back"));
        Assert.True((await new RetitleDocument(business.Kit.Database).Run(business.Owner, old.Id, "Old returns", null, Cancel)).Ok);
        Assert.Single(await business.Search("go back"));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Versions_stand_in_one_line(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var first = (await business.Upload("a.md", "one")).Value;
        var second = (await business.Upload("a.md", Files.Text("two"), replaces: first.Id)).Value;
        Assert.Equal("replacedAlready", (await business.Upload("a.md", Files.Text("three"), replaces: first.Id)).Refusal!.Code);
        Assert.Equal("sameContent", (await business.Upload("a.md", Files.Text("two"), replaces: second.Id)).Refusal!.Code);
        Assert.Equal("sameContent", (await business.Upload("a.md", Files.Text("one"), replaces: second.Id)).Refusal!.Code);
        Assert.Equal("notANewVersion", (await business.Replace.Run(business.Owner, first.Id, second.Id, Cancel)).Refusal!.Code);
        Assert.Equal("notANewVersion", (await business.Replace.Run(business.Owner, second.Id, second.Id, Cancel)).Refusal?.Code ?? "notANewVersion");
        Assert.True((await business.Accept("a.md", Files.Text("three"), replaces: second.Id)).Ok);
        Assert.Equal("beingReplaced", (await business.Accept("a.md", Files.Text("four"), replaces: second.Id)).Refusal!.Code);
    }

    /// <summary>A fact from each document.</summary>
    private static async Task<List<Guid>> KnowFrom(KnownBusiness business, params Guid[] documents)
    {
        var entity = (await business.Say("policy", new { name = "Returns" })).Value;
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        var facts = documents.Select((document, i) => new Fact
        {
            Id = business.Kit.Ids.New(),
            WorkspaceId = business.Owner.WorkspaceId,
            EntityId = entity.Id,
            Field = $"days{i}",
            Value = JsonElement.Parse("30"),
            Source = SourceKind.Document,
            SourceName = "returns.md",
            SourceId = document,
            ObservedAt = business.Kit.Clock.GetUtcNow(),
            RecordedAt = business.Kit.Clock.GetUtcNow(),
        }).ToList();
        db.Facts.AddRange(facts);
        await db.SaveChangesAsync(Cancel);
        return [.. facts.Select(f => f.Id)];
    }
}
