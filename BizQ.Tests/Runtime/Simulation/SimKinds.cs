using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Validation;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>A node that works for a while, and mostly well. With "cases" it also chooses a way on.</summary>
internal sealed class WorkKind(World world, Law law, Life life, Mishaps mishaps) : INodeKind
{
    public static readonly NodeDescription About = new("work", "Work", "Does what chance says.", "Work", Json.EmptyObject, "What came of it.", []);

    private static readonly string[] Ways = ["left", "right"];

    public NodeDescription Description => About;

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        law.Works(life, run.RunId, new Place("", run.Node.Id));
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

/// <summary>Agents by chance: without circles, with forks, joins, questions and effects.</summary>
internal static class RandomAgent
{
    public static AgentDefinition Of(Random random)
    {
        var size = random.Next(1, 8);
        var nodes = new List<NodeDefinition> { new("start", "trigger") };
        var edges = new List<EdgeDefinition>();
        for (var i = 0; i < size; i++)
        {
            var node = Node($"n{i}", random);
            foreach (var from in nodes.Where(_ => random.Next(nodes.Count) == 0).DefaultIfEmpty(nodes[random.Next(nodes.Count)]).ToList())
                edges.Add(new EdgeDefinition(from.Id, node.Id, CaseOf(from, random)));
            nodes.Add(node);
        }
        return new AgentDefinition
        {
            Name = "Simulated",
            Purpose = "Being simulated",
            Permissions = new PermissionsDefinition { Tools = ["*"], Recipients = ["*"] },
            Limits = new LimitsDefinition { MaxSteps = random.Next(8) == 0 ? random.Next(1, 6) : 200 },
            Nodes = nodes,
            Edges = edges,
        };
    }

    private static NodeDefinition Node(string id, Random random) => random.Next(10) switch
    {
        0 => new(id, "approval", Settings: Json.Element(new { title = "Right?", show = "this" })),
        1 or 2 or 3 => new(id, "tool", Settings: Json.Element(new { tool = random.Next(2) == 0 ? "sim.once" : "sim.again", arguments = new { id, verdict = VerdictOf(random) } })),
        4 => new(id, "transform", Settings: Json.Element(new { set = new { who = "{{ run.agentName }}" } })),
        5 => new(id, "output", Settings: Json.Element(new { value = id })),
        _ => new(id, "work"),
    };

    private static string VerdictOf(Random random) => (random.Next(10) switch { 0 => Verdict.Block, < 5 => Verdict.Review, _ => Verdict.Allow }).ToString();

    /// <summary>Half of the edges are for one way only; those of a question may be for its no.</summary>
    private static string? CaseOf(NodeDefinition from, Random random) => (from.Kind, random.Next(4)) switch
    {
        ("work", 0) => "left",
        ("work", 1) => "right",
        ("approval", 0) => "approved",
        ("approval", 1) or ("tool", 0) => "rejected",
        ("tool", 1) => "done",
        _ => null,
    };
}
