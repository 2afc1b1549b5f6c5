namespace BizQ.Bench.Runs;

/// <summary>The agents that are measured.</summary>
internal static class BenchAgents
{
    /// <summary>Accepted, then one for each node; with the last one it has ended.</summary>
    public const int CommitsPerRun = 6;

    public const int StepsPerRun = 5;

    /// <summary>Five nodes without a model: a trigger, three that work something out, an output.</summary>
    public const string FiveNodes = """
        {
          "format": 1, "name": "Five nodes", "purpose": "Being measured.", "triggers": [ { "id": "start", "kind": "manual" } ],
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "a", "kind": "transform", "settings": { "set": { "total": "{{ trigger.input.price * trigger.input.count }}", "name": "{{ trigger.input.name }}" } } },
            { "id": "b", "kind": "transform", "settings": { "set": { "free": "{{ steps.a.output.total > 50 }}", "text": "Dear {{ steps.a.output.name }}, that makes {{ steps.a.output.total }}." } } },
            { "id": "c", "kind": "transform", "settings": { "set": { "sum": "{{ steps.a.output.total + (steps.b.output.free ? 0 : 4.9) }}" } } },
            { "id": "end", "kind": "output", "settings": { "value": { "sum": "{{ steps.c.output.sum }}", "text": "{{ steps.b.output.text }}" } } }
          ],
          "edges": [ { "from": "start", "to": "a" }, { "from": "a", "to": "b" }, { "from": "b", "to": "c" }, { "from": "c", "to": "end" } ]
        }
        """;

    /// <summary>One node for each item of the list it is given.</summary>
    public const string ForEach = """
        {
          "format": 1, "name": "For each", "purpose": "Being measured.", "triggers": [ { "id": "start", "kind": "manual" } ], "limits": { "maxSteps": 100000 },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "each", "kind": "forEach", "settings": { "items": "{{ trigger.input.items }}", "concurrency": 50 } },
            { "id": "work", "kind": "transform", "parent": "each", "settings": { "set": { "double": "{{ item.number * 2 }}" } } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.each.output.count }}" } }
          ],
          "edges": [ { "from": "start", "to": "each" }, { "from": "each", "to": "end" } ]
        }
        """;

    /// <summary>Waits for a person.</summary>
    public const string Parked = """
        {
          "format": 1, "name": "Asks a person", "purpose": "Being measured.", "triggers": [ { "id": "start", "kind": "manual" } ],
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "ask", "kind": "approval", "settings": { "title": "Is this right?", "show": "{{ trigger.input }}" } },
            { "id": "end", "kind": "output", "settings": { "value": "{{ steps.ask.output.case }}" } }
          ],
          "edges": [ { "from": "start", "to": "ask" }, { "from": "ask", "to": "end" } ]
        }
        """;
}
