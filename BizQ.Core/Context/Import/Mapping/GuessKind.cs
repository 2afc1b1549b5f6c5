using System.Text.Json;

namespace BizQ.Core.Context;

/// <summary>What a column holds, by what its field is declared to be and by what stands in its first cells. Pure.</summary>
internal static class GuessKind
{
    /// <summary>Rows whose cells are looked at.</summary>
    public const int Looked = 1_000;

    /// <param name="declared">The field's schema; undefined where the type says nothing of it.</param>
    /// <param name="commaDecimals">What the file as a whole suggests, where the cells leave it open.</param>
    public static ColumnMapping Of(string column, string? field, JsonElement declared, IReadOnlyList<ImportCell> cells, bool commaDecimals)
    {
        var said = cells.Where(c => !c.IsEmpty).Select(ConvertCell.TextOf).Where(text => text.Length > 0).ToList();
        var comma = CommaDecimals(said) ?? commaDecimals;
        var month = MonthFirst(said);
        return new ColumnMapping(column, field, KindOf(TypesOf(declared), said, cells, comma, month), comma, month);
    }

    private static ColumnKind KindOf(List<string> types, List<string> said, IReadOnlyList<ImportCell> cells, bool comma, bool month)
    {
        // A JSON file has said already what is what.
        if (cells.Any(c => c.Value is { ValueKind: JsonValueKind.Array or JsonValueKind.Object }))
            return ColumnKind.Json;
        var dates = said.Count > 0 && said.TrueForAll(text => text.Length >= 6 && !text.All(char.IsAsciiDigit) && ConvertCell.Date(text, month) is not null);
        var numbers = said.Count > 0 && said.TrueForAll(text => IsPlainNumber(text, comma));
        return types switch
        {
            ["boolean"] => ColumnKind.Boolean,
            ["integer"] => ColumnKind.Integer,
            ["number"] => ColumnKind.Number,
            ["array"] => ColumnKind.List,
            // A number in it is an amount; as text beside it, it is a key that looks like one.
            _ when types.Contains("object") && types.Contains("number") && numbers => ColumnKind.Number,
            _ when types.Contains("integer") && numbers => said.TrueForAll(text => !text.Contains(comma ? ',' : '.', StringComparison.Ordinal)) ? ColumnKind.Integer : ColumnKind.Number,
            _ when types.Count == 0 && numbers => ColumnKind.Number,
            _ when (types.Count == 0 || types.Contains("boolean")) && said.Count > 0 && said.TrueForAll(IsYesOrNo) => ColumnKind.Boolean,
            _ when dates => ColumnKind.Date,
            _ => ColumnKind.Text,
        };
    }

    private static List<string> TypesOf(JsonElement declared) =>
        declared.ValueKind != JsonValueKind.Object || !declared.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.String ? [type.GetString()!]
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)]
        : [];

    // 0049… and 00123 are no numbers, nor is what is too long for one: they would lose digits.
    private static bool IsPlainNumber(string text, bool comma) =>
        text.Length <= 18 && !(text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1])) && text[0] != '+' && !text.ContainsAny(['e', 'E']) && ConvertCell.Number(text, comma) is not null;

    // 1, 0, x and - alone are too little to go by.
    private static bool IsYesOrNo(string text) => text.Length > 1 && (ColumnWords.Yes.Contains(text) || ColumnWords.No.Contains(text));

    /// <summary>Null where no cell tells: 1,234 and 1.234 are numbers either way.</summary>
    private static bool? CommaDecimals(List<string> said)
    {
        var comma = said.Exists(text => ConvertCell.Number(text, comma: true) is not null && ConvertCell.Number(text, comma: false) is null);
        var point = said.Exists(text => ConvertCell.Number(text, comma: false) is not null && ConvertCell.Number(text, comma: true) is null);
        return comma == point ? null : comma;
    }

    /// <summary>Only where a cell can be read no other way.</summary>
    private static bool MonthFirst(List<string> said) =>
        said.Exists(text => ConvertCell.Date(text, monthFirst: true) is not null && ConvertCell.Date(text, monthFirst: false) is null)
        && !said.Exists(text => ConvertCell.Date(text, monthFirst: false) is not null && ConvertCell.Date(text, monthFirst: true) is null);
}
