using System.Text.Json;
using BizQ.Core.Runs;

namespace BizQ.Web.Context.Search;

/// <summary>What a step of a run looked for, and what it was given.</summary>
internal sealed record RetrievalOfStep(string Search, IReadOnlyList<string>? Types, IReadOnlyList<Guid> Served)
{
    /// <summary>Null for a step that searched nothing.</summary>
    public static RetrievalOfStep? In(RunStep step)
    {
        if (step is not { Kind: "context", Input: { ValueKind: JsonValueKind.Object } input } || !input.TryGetProperty("search", out var search) || search.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(search.GetString()))
            return null;
        var types = input.TryGetProperty("types", out var asked) && asked.ValueKind == JsonValueKind.Array ? asked.EnumerateArray().Select(type => type.ToString()).ToList() : null;
        var served = step.Output is { ValueKind: JsonValueKind.Object } output && output.TryGetProperty("passages", out var passages) && passages.ValueKind == JsonValueKind.Array
            ? passages.EnumerateArray().Select(IdOf).OfType<Guid>().ToList() : [];
        return new RetrievalOfStep(search.GetString()!, types, served);
    }

    private static Guid? IdOf(JsonElement passage) => passage.ValueKind == JsonValueKind.Object && passage.TryGetProperty("id", out var id) && id.TryGetGuid(out var guid) ? guid : null;
}
