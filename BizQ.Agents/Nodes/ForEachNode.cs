using System.Text.Json;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Lets the nodes inside of it run once for each item of a list.</summary>
public sealed class ForEachNode : INodeKind
{
    public NodeDescription Description { get; } = new(
        LoopKinds.ForEach, "For each", "Runs the nodes inside of it once for each item of a list. Inside, item is the item and index its place from 0.", "Repeat",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["items"],
              "properties": {
                "items": { "type": "array", "title": "Items", "description": "A list, such as {{ steps.find.output.passages }}. It is read once, when the loop begins.", "maxItems": 10000 },
                "concurrency": { "type": "integer", "title": "At once", "description": "How many items are worked on at the same time. They begin in the order of the list.", "minimum": 1, "maximum": 50, "default": 1 },
                "onItemError": { "type": "string", "title": "When an item fails", "enum": ["stop", "continue", "collect"], "default": "stop", "description": "stop: the loop fails with the first item that does. continue: the others go on, and the failed one's value is null. collect: all others go on, and then the loop fails with all errors." }
              }
            }
            """),
        "{ items: what each item's round came to, in the order of the list (null where it failed), errors: [{ index, code, message }], count }. A round comes to what an output node inside of it says, or else to the output of its last node",
        ["/items/**"])
    {
        LimitsAll = true,
        Rules =
        [
            "Its list is read once. Each item's round is a run through its body, whose steps have the place `each/0`, `each/1` and so on, and is recorded like any other: after a crash the finished rounds are not repeated.",
            "With `timeoutSeconds` all rounds together have so long. When it is over, nothing more begins, what is at work in it is stopped, and it fails with `timedOut`; the values of the rounds that were done stay in its output. Left out, it takes as long as its rounds do.",
            "With `retry` a loop that failed is tried again as a whole: only what failed or was stopped in its rounds runs anew, and `attempts` counts the loop's own. With `onError` of `ask` a person decides about the whole loop.",
            "Codes of its errors: that of the round that stopped it, `itemsFailed` (collect), `timedOut`, `notAList`, `tooManyItems`, `tooLarge`.",
            "Steps of one round see each other, `item`, `index` and everything before the loop; they do not see other rounds.",
        ],
    };

    public Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var items = run.Settings.GetProperty("items");
        return Task.FromResult<NodeResult>(items.ValueKind switch
        {
            JsonValueKind.Array when items.GetArrayLength() > MostItems => new NodeResult.Failed("tooManyItems", $"The list has {items.GetArrayLength():N0} items; {MostItems:N0} are the most one loop takes."),
            JsonValueKind.Array => new NodeResult.Repeat(),
            JsonValueKind.Null or JsonValueKind.Undefined => new NodeResult.Failed("notAList", "There is no list: the expression came to nothing. If that may happen, write {{ … || [] }}."),
            var other => new NodeResult.Failed("notAList", $"The items must be a list, but they are {(other == JsonValueKind.Object ? "an object" : $"'{Short(items)}'")}."),
        });
    }

    private const int MostItems = 10_000;

    private static string Short(JsonElement value) => value.ToString() is { Length: > 60 } text ? text[..59] + "…" : value.ToString();
}
