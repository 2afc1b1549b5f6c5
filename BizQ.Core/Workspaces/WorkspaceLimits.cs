using System.Text.Json;

namespace BizQ.Core.Workspaces;

/// <summary>What a workspace has set for itself, out of <see cref="Workspace.Settings"/>.</summary>
/// <param name="RunsInFlight">Runs of it under way at the same time in one process; null for no limit of its own.</param>
public sealed record WorkspaceLimits(int? RunsInFlight)
{
    /// <summary>The most somebody can set; more than any process drives at once.</summary>
    public const int MostRunsInFlight = 10_000;

    private static readonly WorkspaceLimits None = new((int?)null);

    public static WorkspaceLimits Of(JsonElement settings) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty("runsInFlight", out var runs) && runs.TryGetInt32(out var most) && most > 0
            ? new WorkspaceLimits(most)
            : None;

    /// <summary>The settings with this limit, or without one; whatever else they say stays.</summary>
    public static JsonElement In(JsonElement settings, int? runsInFlight)
    {
        var parts = settings.ValueKind == JsonValueKind.Object ? settings.EnumerateObject().ToDictionary(part => part.Name, part => part.Value) : [];
        parts.Remove("runsInFlight");
        if (runsInFlight is { } most)
            parts["runsInFlight"] = Json.Element(most);
        return Json.Element(parts);
    }
}
