using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Lets the nodes inside of it run again and again for as long as a condition holds.</summary>
public sealed class WhileNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        LoopKinds.While, "While", "Runs the nodes inside of it again for as long as a condition holds. Inside, round is the round from 0 and last what the round before came to.", "Loop",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["condition", "max"],
              "properties": {
                "condition": { "type": "string", "title": "While", "format": "expression", "description": "Looked at before each round, such as round === 0 || !steps.check.output.good. It sees the steps of the round before.", "minLength": 1, "maxLength": 10000 },
                "max": { "type": "integer", "title": "At most", "description": "Rounds after which it ends in any case; then limited is true.", "minimum": 1, "maximum": 10000 }
              }
            }
            """),
        "{ rounds: how many there were, last: what the last one came to, limited: whether it ended only because no more rounds were allowed }",
        [])
    {
        LimitsAll = true,
        Rules =
        [
            "The condition sees `round` (0 before the first) and `last`, what the round before came to (null before the first). It is looked at before each round.",
            "With `timeoutSeconds` all rounds together have so long; then what is at work is stopped and it fails with `timedOut`. With `retry` it goes on in the round that failed, where only what failed runs anew; with `onError` of `ask` a person decides.",
            "When `max` is reached the loop ends, succeeded, with `limited: true`: ask for it in a branch where it matters.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel) => Task.FromResult<NodeResult>(new NodeResult.Repeat());
}
