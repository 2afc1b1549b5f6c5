using BizQ.Agents.Runtime.Flow;
using CsCheck;

namespace BizQ.Tests.Runtime;

/// <summary>What must hold for every graph, found by random ones.</summary>
public sealed class AnyGraphTests
{
    /// <summary>A random graph without circles, and for each edge whether it would be live.</summary>
    private static readonly Gen<Plan> Plans =
        from size in Gen.Int[1, 14]
        from edges in Gen.Bool.Array[size * (size - 1) / 2]
        from live in Gen.Bool.Array[edges.Count(e => e)]
        from seed in Gen.Int
        select Plan.Of(size, edges, live, seed);

    [Fact]
    public void Every_run_comes_to_its_end_and_no_join_hangs() => Plans.Sample(plan =>
    {
        var ran = plan.Play(plan.Seed);
        return ran is not null && ran.Count == ran.Distinct().Count();
    });

    [Fact]
    public void A_node_runs_exactly_when_a_live_path_leads_to_it() => Plans.Sample(plan => plan.Reachable().SetEquals(plan.Play(plan.Seed)!));

    [Fact]
    public void Which_nodes_run_does_not_depend_on_who_is_quicker() => Plans.Sample(plan =>
        plan.Play(plan.Seed)!.ToHashSet().SetEquals(plan.Play(plan.Seed ^ 0x5bd1e995)!));

    [Fact]
    public void A_node_never_runs_before_all_that_lead_to_it_have() => Plans.Sample(plan =>
    {
        var ran = plan.Play(plan.Seed)!;
        return plan.Edges.Where((edge, i) => plan.Live[i]).All(edge => !ran.Contains(edge.From) || ran.IndexOf(edge.From) < ran.IndexOf(edge.To));
    });

    private sealed record Plan(Graph Graph, IReadOnlyList<(string From, string To)> Edges, IReadOnlyList<bool> Live, int Seed)
    {
        public static Plan Of(int size, bool[] chosen, bool[] live, int seed)
        {
            var pairs = Enumerable.Range(0, size).SelectMany(from => Enumerable.Range(from + 1, size - from - 1).Select(to => ($"n{from}", $"n{to}")));
            var edges = pairs.Where((_, i) => chosen[i]).ToList();
            var nodes = string.Join(' ', Enumerable.Range(0, size).Select(i => $"n{i}:trigger"));
            return new Plan(Graphs.Of(nodes, string.Join(' ', edges.Select(e => $"{e.Item1}>{e.Item2}"))), edges, live, seed);
        }

        /// <summary>Plays the run with steps that finish in random order, several at a time; null when it hangs.</summary>
        public List<string>? Play(int seed)
        {
            var random = new Random(seed);
            var journal = new RunJournal(Graphs.Run());
            var busy = new HashSet<Place>();
            var finished = new List<string>();
            for (var turn = 0; turn < 1000; turn++)
            {
                switch (Interpreter.Advance(Graph, journal, busy, DateTimeOffset.UnixEpoch))
                {
                    case Decision.Go go:
                        foreach (var node in go.Start)
                            Assert.True(busy.Add(node.Place));
                        if (busy.Count == 0)
                            return null;
                        foreach (var done in busy.OrderBy(_ => random.Next()).Take(1 + random.Next(busy.Count)).ToList())
                        {
                            busy.Remove(done);
                            finished.Add(done.NodeId);
                            journal.Add(Graphs.Step(journal.NextSequence, done.NodeId, live: [.. Graph.OutOf(done.NodeId).Where(i => Live[i])]));
                        }
                        break;
                    case Decision.End:
                        return finished;
                    case var other:
                        throw new InvalidOperationException($"A run without failures or people came to {other}.");
                }
            }
            return null;
        }

        public HashSet<string> Reachable()
        {
            var reached = Graph.Order.Where(n => Graph.Into(n.Id).Count == 0).Select(n => n.Id).ToHashSet();
            foreach (var node in Graph.Order.Where(n => reached.Contains(n.Id) || Edges.Where((e, i) => e.To == n.Id && Live[i]).Any(e => reached.Contains(e.From))))
                reached.Add(node.Id);
            return reached;
        }
    }
}
