using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Runs;
using CsCheck;

namespace BizQ.Tests.Runtime;

/// <summary>What must hold for every graph with loops, errors, joins of any and waits, found by random ones.</summary>
public sealed class AnyLoopTests
{
    [Fact]
    public void Every_run_comes_to_an_end_whatever_fails_waits_or_crashes() => AnyPlan.Gen(mayFail: true).Select(Gen.Int).Sample(
        (plan, seed) =>
        {
            var play = new AnyPlay(plan, seed);
            return play.Play() && play.End is Decision.End or Decision.Fail or Decision.Park { Code: "stepLimit" };
        },
        iter: 2000);

    [Fact]
    public void No_place_has_two_steps_and_the_step_limit_is_never_overrun() => AnyPlan.Gen(mayFail: true).Select(Gen.Int).Sample(
        (plan, seed) =>
        {
            var play = new AnyPlay(plan, seed);
            play.Play();
            return play.Steps.Select(Place.Of).Distinct().Count() == play.Steps.Count
                && play.Steps.Count == play.Journal.Count
                && play.Journal.Count <= plan.Definition.Limits.MaxSteps;
        },
        iter: 2000);

    [Fact]
    public void Nothing_is_left_open_once_a_run_has_succeeded() => AnyPlan.Gen(mayFail: true).Select(Gen.Int).Sample(
        (plan, seed) =>
        {
            var play = new AnyPlay(plan, seed);
            play.Play();
            return play.End is not Decision.End || play.Steps.All(s => s.Status is StepStatus.Succeeded or StepStatus.Skipped or StepStatus.Failed);
        },
        iter: 1000);

    [Fact]
    public void What_a_run_comes_to_does_not_depend_on_who_is_quicker() => AnyPlan.Gen(mayFail: false).Select(Gen.Int, Gen.Int).Sample(
        (plan, one, other) =>
        {
            if (plan.Definition.Limits.MaxSteps < 5000)
                return true;
            var (first, second) = (new AnyPlay(plan, one), new AnyPlay(plan, other));
            return first.Play() && second.Play() && Told(first) == Told(second);
        },
        iter: 1000);

    private static string Told(AnyPlay play) => string.Join('\n', play.Steps
        .Select(s => $"{Place.Of(s)} {s.Status} {s.Output}").Order(StringComparer.Ordinal)
        .Append($"{(play.End as Decision.End)?.Output}"));
}
