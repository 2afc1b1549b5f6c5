using System.Text.Json;
using BizQ.Agents.Models;
using BizQ.Core.Context;

namespace BizQ.Tests.Models;

/// <summary>Tasks as agents give them.</summary>
internal static class Tasks
{
    public static readonly IReadOnlyList<LabelExample> Labels =
    [
        new("refund", "wants money back", ["I want my money back", "Please refund my order"]),
        new("shipping", "asks where a parcel is", ["Where is my parcel?", "My order has not arrived"]),
    ];

    public static readonly IReadOnlyList<Evidence> Passages =
    [
        new("passage", new Guid("0199f3d0-0000-7000-8000-0000000000a1"), "policy", "Refunds", "policies.md", new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), 1, "Unused goods can be sent back within 30 days of delivery."),
        new("passage", new Guid("0199f3d0-0000-7000-8000-0000000000a2"), "policy", "Shipping", "policies.md", new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), 1, "A parcel within Germany takes two to three working days."),
    ];

    public static ModelTask Free(string input = "Hello", string instruction = "Greet back.", Guid? workspace = null) => new(ModelTaskKind.Free, workspace ?? ModelDesk.Workspace, input, instruction);

    public static ModelTask Shaped(string input = "Hello") => Free(input) with { Schema = JsonElement.Parse("""{"type":"object","required":["mood"],"properties":{"mood":{"type":"string"}}}""") };

    public static ModelTask Classify(string input = "Where is my parcel? It has not arrived.") => new(ModelTaskKind.Classify, ModelDesk.Workspace, input, Labels: Labels);

    public static ModelTask Extract(string input, string schema) => new(ModelTaskKind.Extract, ModelDesk.Workspace, input, Schema: JsonElement.Parse(schema));

    public static ModelTask Answer(string question = "How long can I send unused goods back?") => new(ModelTaskKind.Answer, ModelDesk.Workspace, question, Evidence: Passages);

    public static ModelTask Draft(string template, string values) => new(ModelTaskKind.Draft, ModelDesk.Workspace, "", Template: template, Values: JsonElement.Parse(values));
}
