using System.Text.Json;
using BizQ.Core.Agents;
using BizQ.Tests.Kit;
using BizQ.Web.Agents;
using BizQ.Web.Agents.Editing;
using BizQ.Web.Agents.Versions;

namespace BizQ.Tests.Agents;

/// <summary>What the editor makes of a text: places, problems, differences, words.</summary>
public sealed class EditingTests
{
    [Theory]
    [InlineData("", 1, 1, 1, 2)]
    [InlineData("/name", 2, 3, 2, 17)]
    [InlineData("/nodes/1", 3, 27, 3, 44)]
    [InlineData("/nodes/1/id", 3, 29, 3, 42)]
    [InlineData("/a~1b", 4, 3, 4, 14)]
    [InlineData("/nodes/1/kind", 3, 27, 3, 44)]
    [InlineData("/nowhere/at/all", 1, 1, 1, 2)]
    public void A_pointer_leads_to_its_line_and_column(string pointer, int line, int column, int endLine, int endColumn)
    {
        const string Text = "{\n  \"name\": \"Änne\",\n  \"nodes\": [ { \"id\": 1 }, { \"id\": \"zwölf\" } ],\n  \"a/b\": true, \"x\": {}\n}";
        Assert.Equal(new TextPlace(line, column, endLine, endColumn), JsonPlaces.Of(Text).At(pointer));
    }

    [Fact]
    public async Task Every_problem_of_a_draft_has_its_place_and_a_mistake_in_the_JSON_its_line()
    {
        await using var host = await TestHost.Start();
        var check = host.Get<CheckDefinition>();
        var reading = DraftReading.Of(StartingPoint.Text.Replace("\"limit\": 5", "\"limit\": 500", StringComparison.Ordinal), check);
        var problem = Assert.Single(reading.Problems);
        Assert.Equal("/nodes/1/settings/limit", problem.Pointer);
        Assert.Equal("\"limit\": 500", StartingPoint.Text.Replace("\"limit\": 5", "\"limit\": 500", StringComparison.Ordinal).Split('\n')[problem.Place.Line - 1][(problem.Place.Column - 1)..(problem.Place.EndColumn - 1)]);

        var broken = DraftReading.Of("{\n  \"format\": 1\n  \"name\": \"x\"\n}", check);
        Assert.Null(broken.Document);
        Assert.Equal(3, Assert.Single(broken.Problems).Place.Line);
    }

    [Fact]
    public async Task A_new_agent_starts_from_a_definition_without_problems()
    {
        await using var host = await TestHost.Start();
        Assert.Empty(DraftReading.Of(StartingPoint.Text, host.Get<CheckDefinition>()).Problems);
    }

    [Fact]
    public async Task A_definition_is_written_in_the_order_of_the_schema_and_means_the_same()
    {
        await using var host = await TestHost.Start();
        var words = host.Get<DefinitionText>();
        var shuffled = JsonElement.Parse("""{ "edges": [], "nodes": [ { "settings": { "value": "ü" }, "title": "T", "kind": "output", "id": "o" } ], "purpose": "P", "name": "N", "format": 1 }""");
        var text = words.Of(shuffled);
        Assert.Equal("{\n  \"format\": 1,\n  \"name\": \"N\",\n  \"purpose\": \"P\",\n  \"nodes\": [\n    { \"id\": \"o\", \"kind\": \"output\", \"title\": \"T\", \"settings\": { \"value\": \"ü\" } }\n  ],\n  \"edges\": []\n}", text);
        foreach (var definition in new[] { Definitions.Desk, Definitions.Echo, StartingPoint.Text })
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(definition), JsonElement.Parse(words.Of(JsonElement.Parse(definition)))));
    }

    [Fact]
    public void Differences_are_the_lines_that_went_and_came()
    {
        var lines = LineDiff.Of("a\nb\nc\nd", "a\nx\nc\nd\ne");
        Assert.Equal([" a", "-b", "+x", " c", " d", "+e"], lines.Select(l => $"{l.Change}{l.Text}"));
        Assert.Equal(["", "-b", "+x", "", "+e"], LineDiff.Around(lines, 0).Select(l => l is { } line ? $"{line.Change}{line.Text}" : ""));
        Assert.All(LineDiff.Of("a\r\nb", "a\nb"), l => Assert.Equal(' ', l.Change));
    }

    [Theory]
    [InlineData("0 0 9 ? * MON-FRI", "every weekday at 09:00")]
    [InlineData("0 30 8 * * ?", "every day at 08:30")]
    [InlineData("0 30 8 * * ? *", "every day at 08:30")]
    [InlineData("0 0/15 * * * ?", "every 15 minutes")]
    [InlineData("0 */5 * ? * MON-FRI", "every 5 minutes, every weekday")]
    [InlineData("0 0 * * * ?", "every hour")]
    [InlineData("0 20 * * * ?", "every hour at :20")]
    [InlineData("0 0 0/2 * * ?", "every 2 hours at :00")]
    [InlineData("0 0 9-17 ? * MON-FRI", "every weekday, every hour from 09:00 to 17:00")]
    [InlineData("0 0 9,13 ? * MON,WED", "every Monday and Wednesday at 09:00 and 13:00")]
    [InlineData("0 0 7 ? * SAT,SUN", "every Saturday and Sunday at 07:00")]
    [InlineData("0 0 7 ? * TUE-SAT", "every day from Tuesday to Saturday at 07:00")]
    [InlineData("0 0 6 1 * ?", "on the 1st of every month at 06:00")]
    [InlineData("0 0 6 L * ?", "on the last day of every month at 06:00")]
    [InlineData("0 0 6 22 JAN,JUL ?", "on the 22nd of January and July at 06:00")]
    [InlineData("0 0 6 ? * 6#3", "on the schedule 0 0 6 ? * 6#3")]
    [InlineData("15 0 6 * * ?", "on the schedule 15 0 6 * * ?")]
    [InlineData("nonsense", "on the schedule nonsense")]
    public void A_schedule_is_said_in_words(string cron, string words) => Assert.Equal(words, CronWords.Of(cron));
}
