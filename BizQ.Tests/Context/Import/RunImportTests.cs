using System.Text;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Context.Import;

/// <summary>Rows are taken in once each, whatever happens on the way, and what could not be is named row by row.</summary>
public sealed class RunImportTests
{
    // Three chunks.
    private const int Many = 4_500;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Good_rows_are_in_bad_ones_are_named_and_said_again_nothing_changes(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        const string text = "sku,name,price\nT1,Tent,249.5\nT2,Stove,cheap\n,Nameless,1\nT3,Lamp,12\nt1,Tent again,250\n";
        var done = await desk.Import("products.csv", text, m => m with { Columns = [m.Columns[0], m.Columns[1], m.Columns[2] with { Kind = ColumnKind.Number }] });
        Assert.Equal((ImportState.Done, 5, 2, 1, 0, 2), (done.Import.State, done.Import.Done, done.Import.Added, done.Import.Changed, done.Import.Unchanged, done.Import.Failed));
        Assert.Equal([(3, "price", "cheap"), (4, "sku", null)], done.Problems.Select(p => (p.Row, p.Column!, p.Value)));
        var entities = await desk.Entities("product");
        Assert.Equal(["Tent again", "Lamp"], entities.Select(e => e.Name));
        var fact = (await desk.Business.History(entities[1].Id, "price")).Single();
        Assert.Equal((SourceKind.Import, "products.csv, row 5", done.Import.Id), (fact.Source, fact.SourceName, fact.SourceId));
        Assert.Equal(["Lamp"], (await desk.Business.Search("lamp")).Select(hit => hit.Title));

        var again = await desk.Import("products.csv", "sku,name,price\nt1,Tent again,250\nT3,Lamp,13\nT4,Mug,5\n");
        Assert.Equal((1, 1, 1), (again.Import.Added, again.Import.Changed, again.Import.Unchanged));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Those_there_already_can_stay_or_be_named_and_the_preview_counts_the_same(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        await desk.Business.Say("product", new { sku = "T1", name = "Tent" });
        const string text = "sku,name\nT1,Other\nT2,Stove\nT2,Stove\n";
        var import = (await desk.Bring("products.csv", text)).Value;
        var mapping = (await desk.Look(import)).Mapping with { Existing = ExistingRows.Skip };
        Assert.Equal(new PreviewCounts(3, 1, 0, 0, 2, 0), (await desk.Look(import, mapping)).Counts);
        Assert.Equal(new PreviewCounts(3, 1, 0, 0, 0, 2), (await desk.Look(import, mapping with { Existing = ExistingRows.Refuse })).Counts);
        Assert.Equal(new PreviewCounts(3, 1, 1, 1, 0, 0), (await desk.Look(import, mapping with { Existing = ExistingRows.Update })).Counts);

        var refused = await desk.Import("products.csv", text, m => m with { Existing = ExistingRows.Refuse });
        Assert.Equal((1, 2, "There is a product with this key already."), (refused.Import.Added, refused.Import.Failed, refused.Problems[0].Message));
        var skipped = await desk.Import("products.csv", text, m => m with { Existing = ExistingRows.Skip });
        Assert.Equal((0, 3), (skipped.Import.Added, skipped.Import.Skipped));
        Assert.Equal(["Tent", "Stove"], (await desk.Entities("product")).Select(e => e.Name));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_process_that_dies_in_the_middle_has_neither_lost_nor_repeated_a_row(Engine engine)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var desk = await ImportDesk.Start(engine, clock);
        var import = await HalfWay(desk);
        Assert.Equal((ImportState.Running, 2_000, 2_000), (import.State, import.Done, import.Added));
        // As a process leaves it that had no time to say goodbye.
        await Hold(desk, import, clock.GetUtcNow().AddSeconds(20));
        Assert.Empty(await desk.Work.Waiting(Cancel));

        clock.Advance(TimeSpan.FromSeconds(21));

        await desk.WorkAll();
        var done = await desk.Now(import);
        Assert.Equal((ImportState.Done, Many, Many - 1, 0, 1), (done.Import.State, done.Import.Done, done.Import.Added, done.Import.Changed, done.Import.Failed));
        Assert.Equal(3_000, Assert.Single(done.Problems).Row);
        await using var db = desk.Business.Kit.Database.Open(desk.Owner.WorkspaceId);
        Assert.Equal((Many - 1, (Many - 1) * 2, Many - 1), (await db.Entities.CountAsync(Cancel), await db.Facts.CountAsync(Cancel), await db.EntityVersions.CountAsync(Cancel)));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Cancelled_what_is_in_stays_and_can_be_taken_out_with_one_click(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        var import = await HalfWay(desk);
        var cancelled = (await desk.End.Cancel(desk.Owner, import.Id, Cancel)).Value;
        await desk.WorkAll();
        Assert.Equal((ImportState.Cancelled, 2_000), ((await desk.Now(import)).Import.State, (await desk.Entities("thing")).Count));
        Assert.Equal("endedAlready", (await desk.End.Cancel(desk.Owner, import.Id, Cancel)).Refusal?.Code);

        // What somebody has changed since is theirs.
        var mine = (await desk.Entities("thing"))[7];
        await desk.Business.Say("thing", new { number = mine.Key, note = "mine" });
        Assert.True(cancelled.CanBeUndone);
        Assert.True((await desk.End.Undo(desk.Owner, import.Id, Cancel)).Ok);
        await desk.WorkAll();
        var undone = (await desk.Now(import)).Import;
        Assert.Equal((ImportState.Undone, 1_999), (undone.State, undone.Removed));
        Assert.Equal([mine.Id], (await desk.Entities("thing")).Select(e => e.Id));
        Assert.Single(await desk.Business.Search("called"));
        Assert.Equal("cannotBeUndone", (await desk.End.Undo(desk.Owner, import.Id, Cancel)).Refusal?.Code);
        Assert.Equal([EntityStep.Removed, EntityStep.Added], await StepsOfARemoved(desk));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task One_at_a_time_in_a_workspace_and_each_only_by_one(Engine engine)
    {
        await using var desk = await ImportDesk.Start(engine);
        var (first, second) = ((await desk.Bring("a.csv", "sku,name\nA,x\n")).Value, (await desk.Bring("b.csv", "sku,name\nB,y\n")).Value);
        foreach (var import in (EntityImport[])[first, second])
            Assert.True((await desk.Queue(import, (await desk.Look(import, type: "product")).Mapping)).Ok);
        Assert.Equal([first.Id], (await desk.Work.Waiting(Cancel)).Select(w => w.Id));
        Assert.Equal(1, (await desk.Now(second)).Ahead);
        await Hold(desk, first, desk.Business.Kit.Clock.GetUtcNow().AddMinutes(5));
        Assert.Empty(await desk.Work.Waiting(Cancel));
        await desk.Work.One(new WaitingImport(desk.Owner.WorkspaceId, second.Id), Cancel);
        await desk.Work.One(new WaitingImport(desk.Owner.WorkspaceId, first.Id), Cancel);
        Assert.Empty(await desk.Entities("product"));
        await Hold(desk, first, null);
        await desk.WorkAll();
        Assert.Equal(2, (await desk.Entities("product")).Count);
        Assert.Equal("startedAlready", (await desk.Queue(first, (await desk.Look(first, type: "product")).Mapping)).Refusal?.Code);
    }

    [Fact]
    public async Task What_breaks_its_worker_three_times_is_given_up_with_what_is_in()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var desk = await ImportDesk.Start(clock: clock);
        var import = await HalfWay(desk);
        await using (var db = desk.Business.Kit.Database.Open(desk.Owner.WorkspaceId))
            await db.Imports.ExecuteUpdateAsync(set => set.SetProperty(i => i.Attempts, 3), Cancel);
        await desk.WorkAll();
        var given = (await desk.Now(import)).Import;
        Assert.Equal((ImportState.Failed, "Work on it broke off three times after row 2,000. What is in stays; import the rest in smaller parts."), (given.State, given.Problem));
    }

    [Fact]
    public async Task The_same_key_is_the_same_import_and_only_those_who_may_edit_import()
    {
        await using var desk = await ImportDesk.Start();
        var first = (await desk.Bring("a.csv", "sku\nA\n", "once")).Value;
        Assert.Equal(first.Id, (await desk.Bring("a.csv", "sku\nA\n", "once")).Value.Id);
        var viewer = await desk.Business.Kit.NewPerson(desk.Owner.WorkspaceId, Role.Viewer);
        Assert.Equal("forbidden", (await desk.Previews.Run(viewer, first.Id, null, null, null, Cancel)).Refusal?.Code);
        Assert.Equal("forbidden", (await desk.End.Cancel(viewer, first.Id, Cancel)).Refusal?.Code);
        Assert.Equal("forbidden", (await desk.Imports.ProblemsAsCsv(viewer, first.Id, Cancel)).Refusal?.Code);
        Assert.Equal(first.FileName, (await desk.Imports.One(viewer, first.Id, 5, Cancel)).Value.Import.FileName);
    }

    [Fact]
    public async Task Of_very_many_bad_rows_the_first_are_kept_and_all_are_counted()
    {
        await using var desk = await ImportDesk.Start();
        var text = new StringBuilder("sku,name\n").Insert(9, ",x\n", ImportLimits.KeptProblems + 5).Append("A,good\n");
        var done = await desk.Import("products.csv", text.ToString(), m => m with { KeyColumn = "sku" });
        Assert.Equal((1, ImportLimits.KeptProblems + 5, ImportLimits.KeptProblems), (done.Import.Added, done.Import.Failed, done.Problems.Count));
        var csv = (await desk.Imports.ProblemsAsCsv(desk.Owner, done.Import.Id, Cancel)).Value.Split("\r\n");
        Assert.Equal(("row,column,value,problem", ImportLimits.KeptProblems + 2), (csv[0], csv.Length));
    }

    /// <summary>Started, and left by its worker after the first chunk. The 3,000th row of the file is bad.</summary>
    private static async Task<EntityImport> HalfWay(ImportDesk desk)
    {
        var rows = Enumerable.Range(2, Many).Select(row => row == 3_000 ? $",called {row}" : $"N-{row},called {row}");
        var import = (await desk.Bring("things.csv", $"number,name\n{string.Join('\n', rows)}\n")).Value;
        await desk.Queue(import, (await desk.Look(import, type: "thing")).Mapping);
        using var stop = new CancellationTokenSource();
        using (desk.Business.Kit.Changes.Subscribe(desk.Owner.WorkspaceId, change =>
        {
            // The first that is told of an entity is told with its chunk.
            if (change.IsIn("context"))
                stop.Cancel();
        }))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => desk.Work.One(new WaitingImport(desk.Owner.WorkspaceId, import.Id), stop.Token));
        return (await desk.Now(import)).Import;
    }

    private static async Task Hold(ImportDesk desk, EntityImport import, DateTimeOffset? until)
    {
        await using var db = desk.Business.Kit.Database.Open(desk.Owner.WorkspaceId);
        await db.Imports.Where(i => i.Id == import.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.WorkUntil, until), Cancel);
    }

    private static async Task<List<EntityStep>> StepsOfARemoved(ImportDesk desk)
    {
        await using var db = desk.Business.Kit.Database.Open(desk.Owner.WorkspaceId);
        var gone = await db.Entities.Where(e => e.RemovedAt != null).Select(e => e.Id).FirstAsync(Cancel);
        return await db.EntityVersions.Where(v => v.EntityId == gone).OrderByDescending(v => v.Number).Select(v => v.Step).ToListAsync(Cancel);
    }
}
