using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>Whether what a source says can hold beside what is believed. Pure.</summary>
internal static class Contradiction
{
    /// <summary>
    /// People know better than what was written down, and a system that reports a change knows that it changed: they take the old
    /// fact's place. Documents, mails and inferences only say what they say: where they differ from what another source said of the
    /// same time, somebody has to decide.
    /// </summary>
    /// <param name="sameSource">The claim comes from the same source as the fact, or from a newer version of it.</param>
    public static bool Is(Fact believed, JsonElement claim, WriteEntityRequest request, bool sameSource, DateTimeOffset now) =>
        OnlySays(request) && !sameSource
        && believed.Value.ValueKind != JsonValueKind.Null && claim.ValueKind != JsonValueKind.Null
        && !SameValue(believed.Value, claim)
        && !(believed.ValidTo <= now)
        && !(request.ValidFrom >= (believed.ValidTo ?? DateTimeOffset.MaxValue)) && !(request.ValidTo <= (believed.ValidFrom ?? DateTimeOffset.MinValue));

    /// <summary>Another source says the same in other signs: what is believed stays as it was put.</summary>
    public static bool Agrees(Fact believed, JsonElement claim, WriteEntityRequest request, bool sameSource) =>
        OnlySays(request) && !sameSource && !JsonElement.DeepEquals(believed.Value, claim) && SameValue(believed.Value, claim);

    private static bool OnlySays(WriteEntityRequest request) => request is { Settles: false, Source: SourceKind.Document or SourceKind.Mail or SourceKind.Inferred };

    /// <summary>Without regard to case, spaces and the way a number is written.</summary>
    public static bool SameValue(JsonElement one, JsonElement other) => JsonElement.DeepEquals(one, other) || Folded(one) == Folded(other);

    /// <summary>What makes a claim the same as one that came before, from the same source.</summary>
    public static string KeyOf(JsonElement claim, WriteEntityRequest request) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Source}|{request.Place?.SourceId?.ToString() ?? request.SourceName}|{Folded(claim)}")))[..32];

    private static string Folded(JsonElement value)
    {
        var text = new StringBuilder();
        foreach (var c in value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())
        {
            if (!char.IsWhiteSpace(c))
                text.Append(c is '–' or '—' or '‑' ? '-' : char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
