using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>
/// Agents by chance: forks, joins of all and of any, questions, effects, waits, calls, loops in loops, and ways on after errors.
/// The settings of what happens in a loop say in which round it is, so that the law knows it without asking the engine.
/// </summary>
internal sealed class SimAgents
{
    public const string Event = "go";

    /// <summary>Whose events there are; few, so that they meet.</summary>
    public static readonly string[] Correlations = ["ann", "ben"];

    private const int MostDepth = 2;

    private readonly Random _random;
    private readonly IReadOnlyList<Guid> _callable;
    private readonly List<NodeDefinition> _nodes = [new("start", "trigger")];
    private readonly List<EdgeDefinition> _edges = [];

    private SimAgents(Random random, IReadOnlyList<Guid> callable) => (_random, _callable) = (random, callable);

    /// <param name="callable">The agents it may call; calls never lead back, so that all come to an end.</param>
    /// <param name="most">Nodes outside of loops.</param>
    public static AgentDefinition Of(Random random, IReadOnlyList<Guid> callable, int most)
    {
        var made = new SimAgents(random, callable);
        made.Fill(null, ["start"], random.Next(1, most + 1));
        return made.Definition(random.Next(8) == 0 ? random.Next(1, 10) : 200);
    }

    /// <summary>One that calls itself, and is stopped by how deep calls may go.</summary>
    public static AgentDefinition CallsItself(Random random, Guid self)
    {
        var made = new SimAgents(random, [self]);
        made._nodes.Add(made.Work("before", null));
        made._nodes.Add(made.Calling("again"));
        made._edges.AddRange([new("start", "before"), new("before", "again")]);
        return made.Definition(200);
    }

    private AgentDefinition Definition(int maxSteps) => new()
    {
        Name = "Simulated",
        Purpose = "Being simulated",
        Permissions = new PermissionsDefinition { Tools = ["*"], Recipients = ["customers"] },
        Limits = new LimitsDefinition { MaxSteps = maxSteps },
        Nodes = _nodes,
        Edges = _edges,
    };

    private void Fill(Round? round, List<string> own, int size)
    {
        for (var i = 0; i < size; i++)
        {
            var node = Node($"{round?.Loop ?? "n"}{(char)('a' + i)}", round);
            var from = own.Where(_ => _random.Next(own.Count) == 0).ToList();
            if (from.Count == 0 && own.Count > 0 && (round is null || _random.Next(3) > 0))
                from.Add(own[_random.Next(own.Count)]);
            _edges.AddRange(from.Select(source => Edge(_nodes.First(n => n.Id == source), node.Id)));
            _nodes.Add(node);
            own.Add(node.Id);
            if (LoopKinds.Includes(node.Kind))
                Fill(Round.In(node, round), [], _random.Next(1, 4));
        }
    }

    private NodeDefinition Node(string id, Round? round)
    {
        var node = _random.Next(20) switch
        {
            0 or 1 => new(id, "approval", Settings: Json.Element(new { title = "Right?", show = "this" })),
            2 or 3 or 4 or 5 => new(id, "tool", Settings: Json.Element(new { tool = _random.Next(2) == 0 ? "sim.once" : "sim.again", arguments = new { id, verdict = Verdict() } })),
            6 => new(id, "transform", Settings: Json.Element(new { set = new { who = "{{ run.agentName }}" } })),
            7 => new(id, "output", Settings: Json.Element(new { value = id })),
            8 or 9 or 10 => Waiting(id),
            11 or 12 when _callable.Count > 0 => Calling(id),
            13 or 14 or 15 when (round?.Depth ?? 0) < MostDepth => Loop(id, round),
            _ => Work(id, round),
        };
        return node with
        {
            Parent = round?.Loop,
            Join = _random.Next(4) == 0 ? JoinWay.Any : JoinWay.All,
            OnError = _random.Next(8) switch
            {
                0 => new OnErrorDefinition(AfterError.Continue, Json.Element(new { @case = "left" })),
                1 when !LoopKinds.Includes(node.Kind) => new OnErrorDefinition(AfterError.Ask, Json.Element(new { @case = "right" })),
                _ => null,
            },
        };
    }

    private NodeDefinition Work(string id, Round? round) => new(
        id,
        "work",
        Settings: round is null ? Json.Element(new { at = "" }) : round.At is { } at ? Json.Element(new { at }) : Json.EmptyObject,
        Retry: _random.Next(3) == 0 ? new RetryDefinition { Attempts = _random.Next(1, 4), FirstSeconds = 20, On = ["*"] } : null);

    private NodeDefinition Waiting(string id) => new(id, "wait", Settings: _random.Next(6) switch
    {
        0 => Json.Element(new { @for = "10 s" }),
        1 => Json.Element(new { @for = "2 h" }),
        2 => Json.Element(new { businessHours = new { from = "11:00" } }),
        3 => Json.Element(new { @event = Event, @for = "30 min" }),
        _ => Json.Element(new { @event = Event, correlation = Correlations[_random.Next(Correlations.Length)], @for = _random.Next(2) == 0 ? "1 min" : "3 d" }),
    });

    private NodeDefinition Calling(string id) =>
        new(id, "agent", Settings: Json.Element(new { agent = _callable[_random.Next(_callable.Count)].ToString(), input = new { id }, wait = _random.Next(3) > 0 }));

    /// <summary>The items of a list say which round they are of.</summary>
    private NodeDefinition Loop(string id, Round? round) => _random.Next(3) == 0
        ? new(id, LoopKinds.While, Settings: Json.Element(new { condition = $"round < {_random.Next(4)}", max = _random.Next(1, 4) }))
        : new(id, LoopKinds.ForEach, Settings: Json.Element(new
        {
            items = Enumerable.Range(0, _random.Next(4)).Select(i => round?.Expression is { } around ? $"{{{{ {around} + '/{id}/{i}' }}}}" : $"{id}/{i}"),
            concurrency = _random.Next(1, 4),
            onItemError = _random.Next(3) switch { 0 => "stop", 1 => "continue", _ => "collect" },
        }));

    private string Verdict() => (_random.Next(10) switch { 0 => Core.Validation.Verdict.Block, < 5 => Core.Validation.Verdict.Review, _ => Core.Validation.Verdict.Allow }).ToString();

    /// <summary>Half of the edges are for one way only; those of a question may be for its no.</summary>
    private EdgeDefinition Edge(NodeDefinition from, string to)
    {
        if (from.Kind != "trigger" && _random.Next(8) == 0)
            return new(from.Id, to, OnError: true);
        return new(from.Id, to, (from.Kind, _random.Next(4)) switch
        {
            ("work", 0) => "left",
            ("work", 1) => "right",
            ("approval", 0) => "approved",
            ("approval", 1) or ("tool", 0) => "rejected",
            ("tool", 1) or ("agent", 0) => "done",
            ("wait", 0) => "event",
            ("wait", 1) => "timedOut",
            _ => null,
        });
    }

    /// <summary>The inside of a loop, and how an expression in it says which round of which loops it is.</summary>
    /// <param name="Expression">Null where the names of a loop hide those of the loop around it.</param>
    private sealed record Round(string Loop, int Depth, string? Expression)
    {
        /// <summary>As a setting: one that is the whole text gives its value as it is.</summary>
        public string? At => Expression is null ? null : $"{{{{ {Expression} }}}}";

        public static Round In(NodeDefinition loop, Round? around) => loop.Kind == LoopKinds.ForEach
            ? new(loop.Id, (around?.Depth ?? 0) + 1, around is { Expression: null } ? null : "item")
            : new(loop.Id, (around?.Depth ?? 0) + 1, around switch
            {
                null => $"'{loop.Id}/' + round",
                { Expression: "item" } => $"item + '/{loop.Id}/' + round",
                _ => null,
            });
    }
}
