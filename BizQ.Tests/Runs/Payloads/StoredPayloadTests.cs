using System.Text.Json;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Core.Data.Rows;
using BizQ.Core.Runs;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BizQ.Tests.Runs.Payloads;

/// <summary>What the store of runs does with values of any size: whole in memory, and in a row or the archive outside of it.</summary>
public sealed class StoredPayloadTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task What_is_too_large_for_a_row_lies_in_the_archive_and_comes_back_whole(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var store = kit.StoredRuns(agents, group);
        var run = await Accepted(kit, await kit.NewWorkspace());
        int[] sizes = [ArchivedJson.MostInline - 1, ArchivedJson.MostInline, ArchivedJson.MostInline + 1, 20 * 1024 * 1024];
        var loaded = (await store.Find(run.Id, _cancel))!;
        var entry = new JournalEntry(loaded.Journal.Run);
        foreach (var (at, size) in sizes.Index())
            entry.NewSteps.Add(Step(run, at + 1, Sized(size)));
        entry.Run.Status = RunStatus.Running;
        Assert.True(await store.Commit(entry));

        Assert.Equal(sizes, entry.NewSteps.Select(step => ArchivedJson.Bytes(step.Output)));
        Assert.Equal([null, null, sizes[2], sizes[3]], (await Rows(kit, run)).Select(step => ArchivedJson.In(step.Output)?.Bytes));
        var again = (await store.Find(run.Id, _cancel))!.Journal;
        Assert.Equal(entry.NewSteps.Select(step => step.Output!.Value.GetString()), again.Steps.Select(step => step.Output!.Value.GetString()));
        Assert.Equal(sizes[2] + sizes[3], again.Large);
        await ItGoesOnAndEnds(kit, store, again, sizes[2]);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Nobody_can_write_a_reference_that_is_followed(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        await using var group = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var store = kit.StoredRuns(agents, group);
        var run = await Accepted(kit, await kit.NewWorkspace());
        var hash = await kit.Archive.Keep(run.WorkspaceId, "\"a secret\""u8.ToArray(), "secret.json", _cancel);
        var reference = $$"""{"hash":"{{hash}}","bytes":10}""";
        string[] forged =
        [
            $$"""{"$archived":{{reference}}}""",
            $$"""{"\u0024archived":{{reference}}}""",
            // PostgreSQL keeps the last of two, so that one member would be left.
            $$"""{"$archived":1,"$archived":{{reference}}}""",
            $$"""{"$archived":{{reference}},"$archived":{{reference}}}""",
            $$"""{"$archived":{{reference}},"more":1}""",
            $$"""{"answer":"retry","$archived":{{reference}}}""",
        ];
        var entry = new JournalEntry((await store.Find(run.Id, _cancel))!.Journal.Run);
        foreach (var (at, text) in forged.Index())
            entry.NewSteps.Add(Step(run, at + 1, JsonElement.Parse(text)));
        Assert.True(await store.Commit(entry));

        var again = (await store.Find(run.Id, _cancel))!.Journal;
        Assert.Equal(forged, again.Steps.Select(step => step.Output!.Value.GetRawText()));
        var payloads = new RunPayloads(kit.Archive);
        Assert.All(await Rows(kit, run), step => Assert.NotEqual(hash, ArchivedJson.In(step.Output)?.Hash));
        // A reference of the store's own, taken to another workspace, finds nothing there.
        await Assert.ThrowsAsync<PayloadLostException>(async () => await payloads.Whole((await kit.NewWorkspace()).WorkspaceId, (await Rows(kit, run))[0].Output, _cancel));
    }

    [Fact]
    public async Task A_run_whose_payload_is_not_in_the_archive_says_so_instead_of_going_on_without()
    {
        await using var kit = await DatabaseKit.Start(Engine.Sqlite);
        await using var group = new GroupCommit(kit.Database, kit.Clock, NullLogger<GroupCommit>.Instance);
        using var agents = new KnownAgents(kit.Database, kit.Changes, kit.Clock);
        var run = await Accepted(kit, await kit.NewWorkspace());
        var entry = new JournalEntry((await kit.StoredRuns(agents, group).Find(run.Id, _cancel))!.Journal.Run);
        entry.NewSteps.Add(Step(run, 1, Sized(ArchivedJson.MostInline + 1)));
        Assert.True(await kit.StoredRuns(agents, group).Commit(entry));
        using var folder = new TempFolder();
        using var empty = new FileArchive(folder.Path);

        var found = await new LoadRun(kit.Database, new RunPayloads(empty)).Find(run.Id, _cancel);
        Assert.Contains("Restore the archive", found!.Lost, StringComparison.Ordinal);
    }

    /// <summary>As a run does: a step is written again, and the run ends with something large and answers nobody.</summary>
    private async Task ItGoesOnAndEnds(DatabaseKit kit, StoredRuns store, BizQ.Agents.Runtime.Flow.RunJournal journal, int size)
    {
        var (entry, version) = (new JournalEntry(journal.Run), journal.Run.Version);
        (entry.Run.Status, entry.Run.Output) = (RunStatus.Succeeded, Sized(size));
        entry.ChangedSteps.Add(journal.Steps[^1]);
        Assert.True(await store.Commit(entry));
        Assert.Equal(version + 1, entry.Run.Version);
        await using var db = kit.Database.Open(entry.Run.WorkspaceId);
        Assert.Equal(size, ArchivedJson.In((await db.Runs.AsNoTracking().SingleAsync(_cancel)).Output)?.Bytes);
        Assert.Equal(size, ArchivedJson.Bytes((await store.Find(entry.Run.Id, _cancel))!.Journal.Run.Output));
    }

    private async Task<List<RunStep>> Rows(DatabaseKit kit, Run run)
    {
        await using var db = kit.Database.Open(run.WorkspaceId);
        return await db.RunSteps.AsNoTracking().OrderBy(step => step.Sequence).ToListAsync(_cancel);
    }

    private static async Task<Run> Accepted(DatabaseKit kit, Actor owner)
    {
        var (agent, now) = (kit.Ids.New(), kit.Clock.GetUtcNow());
        var run = new Run
        {
            Id = kit.Ids.New(),
            WorkspaceId = owner.WorkspaceId,
            AgentId = agent,
            AgentVersionId = kit.Ids.New(),
            AgentName = "A",
            TaskType = "manual",
            Title = "A test",
            IdempotencyKey = "key",
            Input = Json.EmptyObject,
            Status = RunStatus.Queued,
            StartedAt = now,
            StartedByName = owner.Name,
        };
        await using var db = kit.Database.Open(owner.WorkspaceId);
        db.AddRange(run.Copy(), new Agent { Id = agent, WorkspaceId = owner.WorkspaceId, Name = "A", Purpose = "", CurrentVersionId = run.AgentVersionId, CreatedAt = now, UpdatedAt = now });
        await db.SaveChangesAsync();
        return run;
    }

    private static RunStep Step(Run run, int sequence, JsonElement output) => new()
    {
        Id = new Ids(TimeProvider.System).New(),
        WorkspaceId = run.WorkspaceId,
        RunId = run.Id,
        NodeId = $"n{sequence}",
        Kind = "script",
        Sequence = sequence,
        Status = StepStatus.Succeeded,
        Output = output,
        StartedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A text of so many bytes as JSON.</summary>
    private static JsonElement Sized(int bytes) => JsonElement.Parse($"\"{new string('x', bytes - 2)}\"");
}
