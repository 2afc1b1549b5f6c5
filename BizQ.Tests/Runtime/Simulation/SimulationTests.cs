using System.Collections.Concurrent;
using System.Globalization;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// Ten thousand worlds in which everything goes wrong that can, each replayable from its number. A seed that fails prints itself
/// and its story; write its number into seeds.txt, and it is a test for ever.
/// </summary>
public sealed class SimulationTests
{
    private const int Seeds = 10_000;

    /// <summary>Ten times as many as it took when these were written.</summary>
    private const int SeedsToNotice = 1_000;

    /// <summary>Failures after which no more seeds are tried: enough to see what they have in common.</summary>
    private const int Enough = 20;

    public static TheoryData<int> Remembered => [.. File.ReadLines(Repository.File("BizQ.Tests", "Runtime", "Simulation", "seeds.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#')).Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))];

    [Fact]
    public async Task Whatever_goes_wrong_no_promise_is_broken()
    {
        var next = -1;
        var failed = new ConcurrentBag<Played>();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(async () =>
        {
            await using var database = await SimDatabase.Open();
            while (failed.Count < Enough && Interlocked.Increment(ref next) is var seed and < Seeds)
            {
                if (await Play.Seed(seed, database) is { Broken.Count: > 0 } broken)
                    failed.Add(broken);
            }
        })));
        if (failed.IsEmpty)
            return;
        await using var again = await SimDatabase.Open();
        Assert.Fail(Told(await Play.Seed(failed.MinBy(played => played.Steps)!.Seed, again, tell: true), [.. failed]));
    }

    [Theory, MemberData(nameof(Remembered))]
    public async Task What_failed_once_does_not_fail_again(int seed)
    {
        await using var database = await SimDatabase.Open();
        var played = await Play.Seed(seed, database, tell: true);
        if (played.Broken.Count > 0)
            Assert.Fail(Told(played, [played]));
    }

    [Fact]
    public async Task A_seed_takes_the_same_course_again()
    {
        await using var database = await SimDatabase.Open();
        for (var seed = 0; seed < 100; seed++)
        {
            var (once, twice, untold) = (await Play.Seed(seed, database, tell: true), await Play.Seed(seed, database, tell: true), await Play.Seed(seed, database));
            Assert.Equal(once.Story, twice.Story);
            Assert.Equal(once.Steps, untold.Steps);
        }
    }

    [Theory, InlineData(nameof(Flaw.NoRecovery)), InlineData(nameof(Flaw.NoFence)), InlineData(nameof(Flaw.RoundForgotten)), InlineData(nameof(Flaw.HeardTwice)), InlineData(nameof(Flaw.NoAnswer))]
    public async Task What_is_broken_on_purpose_is_noticed(string what)
    {
        var flaw = Enum.Parse<Flaw>(what);
        await using var database = await SimDatabase.Open();
        for (var seed = 0; seed < SeedsToNotice; seed++)
        {
            if ((await Play.Seed(seed, database, flaw: flaw)).Broken.Count > 0)
                return;
        }
        Assert.Fail($"{SeedsToNotice} seeds went well without {flaw}: the law does not look.");
    }

    /// <summary>The end of the story is where it went wrong.</summary>
    private static string Told(Played played, IReadOnlyList<Played> failed)
    {
        var seeds = failed.GroupBy(one => one.Broken[0], (why, same) => $"{why} Seeds {string.Join(", ", same.Select(one => one.Seed).Order())}.");
        var lines = played.Story.Split('\n');
        return $"{string.Join('\n', seeds)}\nThe shortest story, of seed {played.Seed}: {string.Join(' ', played.Broken)}\n{string.Join('\n', lines.Take(3))}\n…\n{string.Join('\n', lines.TakeLast(150))}";
    }
}
