namespace BizQ.Tests.Runtime.Simulation;

/// <summary>How bad a seed's world is: some are all but peaceful, so that runs also get far, and some are terrible.</summary>
internal sealed record Mishaps
{
    public double LostMessages { get; private set; }
    public double DoubledMessages { get; private set; }
    /// <summary>A message goes to the process that does not own the run, so that two drive it at once.</summary>
    public double WrongHome { get; private set; }
    /// <summary>The commit is written, the answer says otherwise, as after a connection that broke.</summary>
    public double LostAnswers { get; private set; }
    /// <summary>The commit fails with an exception, written or not.</summary>
    public double BrokenCommits { get; private set; }
    public double Crashes { get; private set; }
    public double Cancellations { get; private set; }
    /// <summary>Time goes by while nobody is looking, to the next moment that a run waits for.</summary>
    public double LeapsOfTime { get; private set; }
    /// <summary>Of a node's work: fails, throws, hangs.</summary>
    public double BadWork { get; private set; }
    /// <summary>Of a tool: fails, throws, hangs, does not know.</summary>
    public double BadTools { get; private set; }

    public static Mishaps Of(Random random) => new()
    {
        LostMessages = Some(random, 0.3),
        DoubledMessages = Some(random, 0.5),
        WrongHome = Some(random, 0.5),
        LostAnswers = Some(random, 0.2),
        BrokenCommits = Some(random, 0.08),
        Crashes = Some(random, 0.02),
        Cancellations = Some(random, 0.004),
        LeapsOfTime = Some(random, 0.02),
        BadWork = Some(random, 0.25),
        BadTools = Some(random, 0.5),
    };

    /// <summary>From now on all goes well.</summary>
    public void End() =>
        LostMessages = DoubledMessages = WrongHome = LostAnswers = BrokenCommits = Crashes = Cancellations = LeapsOfTime = BadWork = BadTools = 0;

    /// <summary>Half of the worlds are spared each kind.</summary>
    private static double Some(Random random, double most) => random.Next(2) == 0 ? 0 : random.NextDouble() * most;
}

/// <summary>What is broken on purpose, to see that the law notices.</summary>
internal enum Flaw
{
    None,
    /// <summary>Nobody looks for runs that rest although they should move.</summary>
    NoRecovery,
    /// <summary>Whoever read an older version is let through.</summary>
    NoFence,
    /// <summary>What a process reads knows nothing of the rounds of loops that were done.</summary>
    RoundForgotten,
    /// <summary>An event is written into steps that have heard one.</summary>
    HeardTwice,
    /// <summary>The end of a called run is not told to its caller.</summary>
    NoAnswer,
}
