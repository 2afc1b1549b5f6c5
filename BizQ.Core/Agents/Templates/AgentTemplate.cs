using System.Text.Json;

namespace BizQ.Core.Agents.Templates;

/// <summary>A way for agents to work together, as definitions one can start from.</summary>
/// <param name="Definition">The agent that brings the others together.</param>
/// <param name="Calls">The definitions of the agents it calls by name; the names are theirs.</param>
public sealed record AgentTemplate(string Id, string Title, string Summary, JsonElement Definition, IReadOnlyList<JsonElement> Calls)
{
    public static readonly IReadOnlyList<AgentTemplate> All =
    [
        Of("pipeline", "Pipeline", "One agent after the other, each with what the one before found out.", "reader", "researcher", "writer"),
        Of("fan-out", "Fan out, fan in", "Many pieces of work at the same time, put together at the end.", "researcher"),
        Of("supervisor", "Supervisor", "One agent decides step by step which other works next.", "researcher", "writer"),
        Of("review-loop", "Review loop", "One agent writes and another reviews, until it is good.", "researcher", "writer", "reviewer"),
    ];

    /// <summary>The names of the agents it calls.</summary>
    public IEnumerable<string> Called => Calls.Select(call => call.GetProperty("name").GetString()!);

    private static AgentTemplate Of(string id, string title, string summary, params string[] calls) => new(id, title, summary, Read(id), [.. calls.Select(Read)]);

    private static JsonElement Read(string name)
    {
        using var file = typeof(AgentTemplate).Assembly.GetManifestResourceStream($"templates/{name}.json")
            ?? throw new InvalidOperationException($"There is no template file {name}.");
        using var text = new StreamReader(file);
        return JsonElement.Parse(text.ReadToEnd());
    }
}
