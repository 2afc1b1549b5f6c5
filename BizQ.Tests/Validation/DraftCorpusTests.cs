using System.Globalization;
using BizQ.Core.Validation;
using BizQ.Core.Validation.Checks;

namespace BizQ.Tests.Validation;

/// <summary>
/// How often the checks on a draft's content raise a false alarm or miss something, over a corpus of drafts in four languages.
/// A false alarm costs a person's trust, a miss a customer's.
/// </summary>
public sealed class DraftCorpusTests(ITestOutputHelper output)
{
    private static readonly ICheck[] Checks = [new GroundedCheck(), new PersonalDataCheck()];

    [Fact]
    public void Drafts_that_say_what_the_evidence_says_pass_and_others_are_found_out()
    {
        var falseAlarms = Drafts.Good.Where(draft => Alarms(draft).Count > 0).ToList();
        var missed = Drafts.Bad.Where(line => !Found(line)).ToList();
        var caught = Drafts.Bad.Length - missed.Count;
        var precision = (double)caught / (caught + falseAlarms.Count);
        var recall = (double)caught / Drafts.Bad.Length;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Drafts.Good.Length} good and {Drafts.Bad.Length} bad drafts: precision {precision:0.000}, recall {recall:0.000}"));
        var report = string.Join('\n',
            falseAlarms.Select(draft => $"FALSE ALARM {draft} -> {string.Join(" ", Alarms(draft))}")
                .Concat(missed.Select(line => $"MISSED {line} -> {string.Join(" ", Alarms(line.Split('|')[0]))}")));
        Assert.True(precision >= 0.97 && recall >= 0.97, report);
    }

    [Fact]
    public void A_bad_draft_is_found_out_for_the_right_reason_and_no_other()
    {
        var wrong = Drafts.Bad.Select(line => (line, alarms: Alarms(line.Split('|')[0]).Select(f => f.Reason).Distinct().ToList()))
            .Where(pair => pair.alarms.Count > 1 && !pair.line.Contains("OG-1043", StringComparison.Ordinal))
            .Select(pair => $"{pair.line} -> {string.Join(", ", pair.alarms)}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static bool Found(string line)
    {
        var (draft, expected) = (line.Split('|')[0], line.Split('|')[1]);
        var (reason, quote) = (expected[..expected.IndexOf(':', StringComparison.Ordinal)], expected[(expected.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        return Alarms(draft).Any(finding => finding.Reason == reason && finding.Quote == quote);
    }

    private static List<Finding> Alarms(string draft) =>
        [.. Checks.SelectMany(check => check.Look(Shop.Draft(draft))).Where(finding => finding.Verdict != Verdict.Allow)];
}
