namespace BizQ.Core.Context;

/// <summary>What becomes of a row whose entity is there already.</summary>
public enum ExistingRows { Update, Skip, Refuse }

public enum ColumnKind { Text, Number, Integer, Boolean, Date, List, Json }

/// <summary>What one column becomes.</summary>
/// <param name="Column">The file's name for it.</param>
/// <param name="Field">The field it fills; null leaves the column out.</param>
/// <param name="CommaDecimals">12,5 is twelve and a half, and 1.000 is a thousand.</param>
/// <param name="MonthFirst">2/1/2026 is the first of February.</param>
public sealed record ColumnMapping(string Column, string? Field, ColumnKind Kind = ColumnKind.Text, bool CommaDecimals = false, bool MonthFirst = false);

/// <summary>How the rows of a file become entities.</summary>
/// <param name="KeyColumn">The column by which a row is known again; null: by what the data itself holds (key, id, number, a person's e-mail).</param>
/// <param name="Sheet">Of a workbook; null for its first.</param>
public sealed record ImportMapping(string Type, IReadOnlyList<ColumnMapping> Columns, string? KeyColumn = null, ExistingRows Existing = ExistingRows.Update, string? Sheet = null)
{
    /// <summary>Everything that is wrong with it beside the columns the file has.</summary>
    public Refusal? Check(IReadOnlyList<string> columns)
    {
        List<Problem> problems = [];
        if (EntityLimits.ProblemOfType(EntityLimits.NormalType(Type ?? "")) is { } badType)
            problems.Add(badType);
        var mapped = Columns ?? [];
        if (mapped.Any(c => c?.Column is null))
            return Refusal.Invalid("badMapping", "Each of the columns is an object with the name of a column.");
        for (var i = 0; i < mapped.Count; i++)
        {
            if (!columns.Contains(mapped[i].Column))
                problems.Add(new Problem($"/columns/{i}/column", "The file has no such column."));
            if (mapped[i].Field is { } field && (string.IsNullOrWhiteSpace(field) || field.Length > EntityLimits.FieldNameLength))
                problems.Add(new Problem($"/columns/{i}/field", $"A field needs a name of at most {EntityLimits.FieldNameLength} characters; null leaves the column out."));
        }
        var kept = mapped.Where(c => c.Field is not null).ToList();
        if (kept.Count == 0)
            problems.Add(new Problem("/columns", "At least one column must become a field."));
        if (kept.Count > EntityLimits.Fields)
            problems.Add(new Problem("/columns", $"{kept.Count} columns would become fields; at most {EntityLimits.Fields} are kept. Leave some out."));
        problems.AddRange(kept.GroupBy(c => c.Field).Where(g => g.Count() > 1).Select(g => new Problem("/columns", $"{string.Join(" and ", g.Select(c => c.Column))} would both fill {g.Key}.")));
        if (mapped.GroupBy(c => c.Column).Any(g => g.Count() > 1))
            problems.Add(new Problem("/columns", "A column is there twice."));
        if (KeyColumn is not null && !columns.Contains(KeyColumn))
            problems.Add(new Problem("/keyColumn", "The file has no such column."));
        return problems.Count == 0 ? null : Refusal.Invalid("badMapping", "The rows cannot be taken in like this.", [.. problems.Take(100)]);
    }
}
