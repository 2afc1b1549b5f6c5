using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Validation;
using BizQ.Tests.Runtime.Simulation.Laws;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>A node that works for a while, and mostly well. With "cases" it also chooses a way on.</summary>
internal sealed class WorkKind(World world, Law law, Life life, Mishaps mishaps) : INodeKind
{
    public static readonly NodeDescription About = new("work", "Work", "Does what chance says.", "Work", Json.EmptyObject, "What came of it.", ["/at"]);

    private static readonly string[] Ways = ["left", "right"];

    public NodeDescription Description => About;

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        if (run.Settings.TryGetProperty("at", out var at))
            law.Works(life, run.RunId, new Place(at.GetString()!, run.Node.Id));
        if (!world.Chance(mishaps.BadWork))
        {
            await Something($"{run.Node.Id} is worked out");
            return new NodeResult.Completed(Json.Element(new { @case = world.Pick(Ways), n = world.Random.Next(10) }), Taints: world.Chance(0.2));
        }
        switch (world.Random.Next(6))
        {
            case 0:
                await Something($"{run.Node.Id} throws");
                throw new InvalidOperationException("A bug.");
            case 1:
                return new NodeResult.Failed("broken", "It is broken.");
            case 2:
                // Deaf to its token, and silent for ever.
                await new TaskCompletionSource().Task;
                break;
            case 3:
                await Task.Delay(TimeSpan.FromSeconds(world.Random.Next(1, 50)), life.Clock, cancel);
                break;
            default:
                await Something($"{run.Node.Id} fails for now");
                return new NodeResult.Failed("busy", "Not now.", Retryable: true);
        }
        return new NodeResult.Completed(Json.Element(new { @case = world.Pick(Ways) }));
    }

    private Task Something(string what)
    {
        var done = new TaskCompletionSource();
        world.Later(life, what, done.SetResult);
        return done.Task;
    }
}

/// <summary>Says of every proposal what the proposal itself asks for.</summary>
internal sealed class SimCheck : ICheck
{
    public string Name => "sim";

    public string Title => "Simulated";

    public string Summary => "Says what the arguments say.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        var verdict = input.Arguments.TryGetProperty("verdict", out var said) ? Enum.Parse<Verdict>(said.GetString()!) : Verdict.Allow;
        yield return new Finding(Name, Title, verdict, "said", "The arguments say so.");
    }
}
