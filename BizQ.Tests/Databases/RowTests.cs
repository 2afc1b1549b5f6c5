using System.Globalization;
using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Databases;

/// <summary>What a row keeps and how rows sort is the same on both engines.</summary>
public sealed class RowTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_two_who_change_a_row_the_second_is_told(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        await Save(kit, workspace, Rows.Agent(kit.Ids, workspace));

        await using var first = kit.Database.Open(workspace);
        await using var second = kit.Database.Open(workspace);
        var (mine, theirs) = (await first.Agents.SingleAsync(Cancel), await second.Agents.SingleAsync(Cancel));
        (mine.Purpose, theirs.Purpose) = ("First", "Second");
        await first.SaveChangesAsync(Cancel);
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => second.SaveChangesAsync(Cancel));

        await using var db = kit.Database.Open(workspace);
        var now = await db.Agents.SingleAsync(Cancel);
        Assert.Equal(("First", 2), (now.Purpose, now.Version));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Of_twenty_who_change_a_row_at_once_one_wins_each_round(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        await Save(kit, workspace, Rows.Agent(kit.Ids, workspace));

        var won = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            await using var db = kit.Database.Open(workspace);
            (await db.Agents.SingleAsync(Cancel)).Purpose = n.ToString(CultureInfo.InvariantCulture);
            try
            {
                await db.SaveChangesAsync(Cancel);
                return 1;
            }
            catch (DbUpdateConcurrencyException)
            {
                return 0;
            }
        }));

        await using var db = kit.Database.Open(workspace);
        Assert.Equal(1 + won.Sum(), (await db.Agents.SingleAsync(Cancel)).Version);
        Assert.True(won.Sum() >= 1);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Json_comes_back_as_it_was_meant(Engine engine)
    {
        const string json = """
            {"text":"Zoë \"quoted\" \\ 🏔 \u2028","number":12.50,"large":9007199254740993,"small":1e-7,"yes":true,"none":null,"list":[1,[2,{"a":[]}]],"empty":{},"":"no name"}
            """;
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        await Save(kit, workspace, Rows.Entity(kit.Ids, workspace, json));

        await using var db = kit.Database.Open(workspace);
        var data = (await db.Entities.SingleAsync(Cancel)).Data;
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), data), data.GetRawText());
        // Figures keep their digits: a price stays 12.50, a large id is not rounded.
        Assert.Equal(("12.50", "9007199254740993"), (data.GetProperty("number").GetRawText(), data.GetProperty("large").GetRawText()));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_change_inside_json_is_saved(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        await Save(kit, workspace, Rows.Entity(kit.Ids, workspace, """{"tier":"gold"}"""));

        await using (var db = kit.Database.Open(workspace))
        {
            (await db.Entities.SingleAsync(Cancel)).Data = JsonElement.Parse("""{"tier":"silver"}""");
            Assert.Equal(1, await db.SaveChangesAsync(Cancel));
        }
        await using (var db = kit.Database.Open(workspace))
        {
            var entity = await db.Entities.SingleAsync(Cancel);
            Assert.Equal("silver", entity.Data.GetProperty("tier").GetString());
            // The same content written again is no change.
            entity.Data = JsonElement.Parse("""{ "tier" : "silver" }""");
            Assert.Equal(0, await db.SaveChangesAsync(Cancel));
        }
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Times_keep_their_microseconds_and_sort_by_instant_whatever_their_zone(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var noon = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(123456);
        (string Name, DateTimeOffset At)[] times =
        [
            ("third", noon.AddMicroseconds(1)), ("first", new DateTimeOffset(1969, 7, 20, 20, 17, 40, TimeSpan.Zero)), ("second", noon), ("last", noon.AddDays(36500)),
        ];
        await Save(kit, workspace, [.. times.Select(time => Rows.Agent(kit.Ids, workspace, time.Name, time.At))]);

        await using var db = kit.Database.Open(workspace);
        var agents = await db.Agents.OrderBy(a => a.CreatedAt).ToListAsync(Cancel);
        Assert.Equal(["first", "second", "third", "last"], agents.Select(a => a.Name));
        Assert.Equal(noon, agents[1].CreatedAt);
        Assert.Equal(TimeSpan.Zero, agents[1].CreatedAt.Offset);
        Assert.Equal("second", (await db.Agents.Where(a => a.CreatedAt >= noon && a.CreatedAt < noon.AddMicroseconds(1)).SingleAsync(Cancel)).Name);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Ids_sort_by_the_time_they_were_made_and_pages_neither_skip_nor_repeat(Engine engine)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(7) };
        await using var kit = await DatabaseKit.Start(engine, clock);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var made = Enumerable.Range(0, 250).Select(n => Rows.Agent(kit.Ids, workspace, $"Agent {n}")).ToArray();
        await Save(kit, workspace, made);

        var seen = new List<Guid>();
        await using var db = kit.Database.Open(workspace);
        Guid? after = null;
        while (true)
        {
            var page = await db.Agents.Where(a => after == null || a.Id < after).OrderByDescending(a => a.Id).Select(a => a.Id).Take(33).ToListAsync(Cancel);
            if (page.Count == 0)
                break;
            seen.AddRange(page);
            after = page[^1];
        }
        Assert.Equal(made.Select(a => a.Id).Reverse(), seen);
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task A_key_is_taken_once_in_a_workspace_and_again_in_another(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var (mine, theirs) = ((await kit.NewWorkspace("Mine")).WorkspaceId, (await kit.NewWorkspace("Theirs")).WorkspaceId);
        await Save(kit, mine, Rows.Run(kit.Ids, mine, "mail-1"));
        await Assert.ThrowsAsync<DbUpdateException>(() => Save(kit, mine, Rows.Run(kit.Ids, mine, "mail-1")));
        await Save(kit, theirs, Rows.Run(kit.Ids, theirs, "mail-1"));

        // An entity's key is unique where there is one; many may have none.
        await Save(kit, mine, Rows.Entity(kit.Ids, mine, key: "ana@customers.example"), Rows.Entity(kit.Ids, mine), Rows.Entity(kit.Ids, mine));
        await Assert.ThrowsAsync<DbUpdateException>(() => Save(kit, mine, Rows.Entity(kit.Ids, mine, key: "ana@customers.example")));
    }

    [Theory, ClassData(typeof(Engines))]
    public async Task Enums_are_kept_by_name(Engine engine)
    {
        await using var kit = await DatabaseKit.Start(engine);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        var agent = Rows.Agent(kit.Ids, workspace);
        agent.Status = AgentStatus.Paused;
        await Save(kit, workspace, agent);

        await using var db = kit.Database.Open(workspace);
        Assert.Equal("Paused", await db.Database.SqlQueryRaw<string>("SELECT status AS \"Value\" FROM agents").SingleAsync(Cancel));
    }

    private static async Task Save(DatabaseKit kit, Guid workspaceId, params object[] rows)
    {
        await using var db = kit.Database.Open(workspaceId);
        db.AddRange(rows);
        await db.SaveChangesAsync(Cancel);
    }
}
