using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using CsCheck;

namespace BizQ.Tests.Runtime;

/// <summary>
/// A random definition with loops in loops, joins of all and of any, edges for errors and values to go on with; and what each
/// step of it comes to, which depends on its place and the seed alone and never on who is quicker.
/// </summary>
internal sealed record AnyPlan(AgentDefinition Definition, Graph Graph, int Seed, bool MayFail)
{
    public static Gen<AnyPlan> Gen(bool mayFail) => CsCheck.Gen.Int.Select(seed => Of(seed, mayFail));

    public static AnyPlan Of(int seed, bool mayFail)
    {
        var random = new Random(seed);
        var (nodes, edges) = (new List<NodeDefinition> { new("start", "trigger") }, new List<EdgeDefinition>());
        Fill(random, nodes, edges, null, 0, mayFail);
        foreach (var entry in nodes.Where(n => n.Parent is null && n.Id != "start" && edges.All(e => e.To != n.Id)).ToList())
            edges.Add(new EdgeDefinition("start", entry.Id));
        var definition = new AgentDefinition { Name = "Any", Purpose = "Any", Nodes = nodes, Edges = edges, Limits = new LimitsDefinition { MaxSteps = random.Next(8) == 0 ? 1 + random.Next(12) : 5000 } };
        var (graph, problem) = Graph.Compile(definition);
        Assert.Null(problem);
        return new AnyPlan(definition, graph!, seed, mayFail);
    }

    /// <summary>What a step comes to, as a number from 0 on.</summary>
    public int Chance(string what, int of) => (int)((uint)Hash($"{Seed}/{what}") % (uint)of);

    private static void Fill(Random random, List<NodeDefinition> nodes, List<EdgeDefinition> edges, string? parent, int depth, bool mayFail)
    {
        var own = new List<string>();
        var size = 1 + random.Next(depth == 0 ? 6 : 3);
        for (var i = 0; i < size; i++)
        {
            var id = $"{parent ?? "n"}{(char)('a' + i)}";
            var loop = depth < 2 && random.Next(4) == 0;
            var kind = !loop ? random.Next(8) == 0 ? "output" : "script" : random.Next(2) == 0 ? LoopKinds.ForEach : LoopKinds.While;
            nodes.Add(new NodeDefinition(id, kind, Parent: parent, Join: random.Next(3) == 0 ? JoinWay.Any : JoinWay.All)
            {
                Settings = kind switch
                {
                    LoopKinds.ForEach => Json.Element(new
                    {
                        items = Enumerable.Range(0, random.Next(4)),
                        concurrency = 1 + random.Next(3),
                        onItemError = random.Next(3) switch { 0 => "stop", 1 => "continue", _ => "collect" },
                    }),
                    LoopKinds.While => Json.Element(new { condition = random.Next(4).ToString(System.Globalization.CultureInfo.InvariantCulture), max = 3 }),
                    _ => null,
                },
                OnError = !mayFail ? null : random.Next(6) switch
                {
                    0 => new OnErrorDefinition(AfterError.Continue),
                    1 when !loop => new OnErrorDefinition(AfterError.Ask),
                    _ => null,
                },
            });
            edges.AddRange(own.Where(_ => random.Next(3) == 0).Select(from => new EdgeDefinition(from, id, OnError: mayFail && random.Next(5) == 0)));
            own.Add(id);
            if (loop)
                Fill(random, nodes, edges, id, depth + 1, mayFail);
        }
    }

    /// <summary>The same in every process, which a text's own hash is not.</summary>
    private static int Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        hash ^= hash >> 15;
        return (int)(hash * 2246822519u ^ (hash >> 13));
    }
}
