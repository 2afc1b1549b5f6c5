namespace BizQ.Tests.Runtime.Journals;

/// <summary>What was recorded by any BizQ is read by this one, and leads to the same decisions at every moment.</summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(RecordedJournal.Folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void A_recorded_run_is_understood_at_every_moment(string file)
    {
        var recorded = RecordedJournal.Read(Path.Combine(RecordedJournal.Folder, file));
        Assert.InRange(recorded.Format, 1, RecordedJournal.CurrentFormat);
        var graph = recorded.Compile();
        var moments = recorded.Replay().ToList();
        Assert.True(moments.Count > 2, "A run has at least a beginning, a middle and an end.");
        Assert.All(moments, moment => Assert.Equal(moment.Decision, RecordedJournal.Decide(graph, moment.Journal, moment.At)));
    }

    [Fact]
    public void Both_formats_of_steps_are_kept()
    {
        var formats = Directory.GetFiles(RecordedJournal.Folder, "*.json").Select(RecordedJournal.Read).CountBy(journal => journal.Format).ToDictionary();
        Assert.True(formats.GetValueOrDefault(1) >= 9, "The journals of the first format are gone.");
        Assert.True(formats.GetValueOrDefault(RecordedJournal.CurrentFormat) >= 9, "Record journals of the current format: see RecordJournals.");
    }
}
