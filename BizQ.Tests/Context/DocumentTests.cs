using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Context;

/// <summary>The same content is one document, its original is kept, and a removed one comes back whole.</summary>
public sealed class DocumentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Ten_uploads_of_the_same_at_once_make_one_document(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() => business.Upload($"{n}.md", "# Care\n\nDry the tent.\n\n# Repair\n\nPatch the tent."), Cancel)));
        Assert.Single(added.Select(a => a.Value.Id).Distinct());
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        Assert.Equal((1, 2, 2), (await db.Documents.CountAsync(Cancel), await db.Passages.CountAsync(Cancel), await db.SearchEntries.CountAsync(Cancel)));
        Assert.Equal("# Care\n\nDry the tent.\n\n# Repair\n\nPatch the tent.", System.Text.Encoding.UTF8.GetString((await business.Kit.Archive.Read(business.Owner.WorkspaceId, added[0].Value.ContentHash, Cancel))!));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_removed_document_comes_back_whole_when_restored_or_uploaded_again(Engine engine)
    {
        await using var business = await KnownBusiness.Start(engine);
        var document = (await business.Upload("care.md", "# Care\n\nDry the tent.")).Value;
        foreach (var comeBack in (Func<Task<Outcome<Document>>>[])[() => business.RemoveDocument.Restore(business.Owner, document.Id, Cancel), () => business.Upload("again.md", "# Care\n\nDry the tent.")])
        {
            Assert.True((await business.RemoveDocument.Run(business.Owner, document.Id, Cancel)).Ok);
            Assert.Empty(await business.Search("dry"));
            Assert.Equal(Refusal.NotFound("document"), (await business.RemoveDocument.Run(business.Owner, document.Id, Cancel)).Refusal);
            Assert.Equal(document.Id, (await comeBack()).Value.Id);
            Assert.Single(await business.Search("dry"));
        }
        Assert.Single(await business.Search("dry"));
    }

    [Fact]
    public async Task A_long_text_is_cut_into_passages_that_lose_nothing_and_cite_their_heading()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var sentences = Enumerable.Range(0, 2000).Select(n => $"Sentence {n} says something of its own.").ToList();
        var document = (await business.Upload("long.md", $"# Book\n\n## One\n\n{string.Join(' ', sentences.Take(1000))}\n\n## Two\n\n{string.Join(' ', sentences.Skip(1000))}")).Value;
        await using var db = business.Kit.Database.Open(business.Owner.WorkspaceId);
        var passages = await db.Passages.Where(p => p.DocumentId == document.Id).OrderBy(p => p.Ordinal).ToListAsync(Cancel);
        Assert.Equal(string.Join(' ', sentences), string.Join(' ', passages.Select(p => p.Text)));
        Assert.All(passages, p => Assert.InRange(p.Text.Split(' ').Length, 1, 250));
        Assert.Equal(["Book › One", "Book › Two"], passages.Select(p => p.Heading).Distinct());
        Assert.Equal(document.PassageCount, passages.Count);
        Assert.Equal("Book › Two", (await business.Search("sentence 1999"))[0].Title);
    }

    [Fact]
    public async Task Text_without_spaces_is_cut_too()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var document = (await business.Upload("zh.txt", string.Concat(Enumerable.Repeat("帐篷应在储存前晾干。", 1000)))).Value;
        Assert.InRange(document.PassageCount, 4, 10);
    }

    [Fact]
    public async Task Names_of_files_are_made_harmless()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        Assert.Equal("passwd", (await business.Upload("../../etc/passwd", "one")).Value.FileName);
        Assert.Equal("evil.txt", (await business.Upload("C:\\temp\\evil\r\n.txt", "two")).Value.FileName.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("document", (await business.Upload("", "three")).Value.FileName);
        var longName = (await business.Upload(new string('n', 400) + ".txt", "four")).Value;
        Assert.Equal(".txt", Path.GetExtension(longName.FileName));
        Assert.InRange(longName.FileName.Length, 10, 200);
        Assert.InRange(longName.Title.Length, 10, 200);
    }

    [Fact]
    public async Task Only_those_who_may_change_what_is_known_bring_documents_in_or_take_them_out()
    {
        await using var business = await KnownBusiness.Start(Engine.Sqlite);
        var document = (await business.Upload("a.txt", "one")).Value;
        foreach (var role in (Role[])[Role.Viewer, Role.Approver])
        {
            var person = await business.Kit.NewPerson(business.Owner.WorkspaceId, role);
            Assert.Equal(RefusalKind.Forbidden, (await business.Upload("b.txt", "two", person)).Refusal!.Kind);
            Assert.Equal(RefusalKind.Forbidden, (await business.RemoveDocument.Run(person, document.Id, Cancel)).Refusal!.Kind);
            Assert.Equal(RefusalKind.Forbidden, (await business.RemoveDocument.Restore(person, document.Id, Cancel)).Refusal!.Kind);
            Assert.Equal(RefusalKind.Forbidden, (await new RetitleDocument(business.Kit.Database).Run(person, document.Id, "x", null, Cancel)).Refusal!.Kind);
        }
    }
}
