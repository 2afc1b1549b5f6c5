using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Web.Context.Entities;
using BizQ.Web.Controls;

namespace BizQ.Web.Context.Gaps;

/// <summary>How questions are said, and what an answer to one is filled into.</summary>
internal static class QuestionWords
{
    // Fields whose values are sentences rather than words.
    private static readonly HashSet<string> _long = ["about", "text", "summary", "steps", "answer", "purpose", "criteria", "tone", "signature", "message"];

    public static (string Text, Tone Tone) Of(QuestionState state) => state switch
    {
        QuestionState.Open => ("Open", Tone.Warn),
        QuestionState.Later => ("Later", Tone.Neutral),
        QuestionState.Answered => ("Answered", Tone.Good),
        QuestionState.Unknown => ("Not known", Tone.Neutral),
        _ => ("Withdrawn", Tone.Neutral),
    };

    /// <summary>An empty field of the sort that its type expects.</summary>
    public static FormField FieldOf(EntityTypeDefinition? type, string field) => new() { Name = field, Sort = SortOf(type, field) };

    private static FieldSort SortOf(EntityTypeDefinition? type, string field)
    {
        if (type is null || !type.Schema.TryGetProperty("properties", out var properties) || !properties.TryGetProperty(field, out var property) || !property.TryGetProperty("type", out var sort))
            return _long.Contains(field) ? FieldSort.LongText : FieldSort.Text;
        var kinds = sort.ValueKind == JsonValueKind.Array ? sort.EnumerateArray().Select(k => k.GetString()).ToList() : [sort.GetString()];
        return kinds switch
        {
            _ when kinds.Contains("object") && kinds.Contains("number") => FieldSort.Money,
            _ when _long.Contains(field) => FieldSort.LongText,
            _ when kinds.Contains("string") => FieldSort.Text,
            ["boolean"] => FieldSort.YesNo,
            ["array"] => FieldSort.List,
            _ when kinds.Contains("number") || kinds.Contains("integer") => FieldSort.Number,
            _ => FieldSort.Json,
        };
    }
}
