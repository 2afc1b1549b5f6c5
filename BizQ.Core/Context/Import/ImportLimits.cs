using BizQ.Core.Data;

namespace BizQ.Core.Context;

/// <summary>How much one import takes, said wherever it is refused.</summary>
public static class ImportLimits
{
    /// <summary>What the archive keeps: 100,000 rows of six columns are about 10 MB.</summary>
    public const int Bytes = Archive.MostBytes;

    public const int Rows = 200_000;

    public const int Columns = 200;

    /// <summary>What a cell of a workbook holds.</summary>
    public const int CellLength = 32_767;

    /// <summary>Nobody reads further; the count goes on.</summary>
    public const int KeptProblems = 1_000;

    public static Refusal TooManyBytes(string fileName, long? bytes) => Refusal.TooLarge("fileTooLarge",
        $"{fileName} {(bytes is { } size ? $"is {size / 1048576.0:0.#} MB" : "is too large")}; at most {Bytes / 1048576} MB are taken at once. Split it.");

    public static Refusal TooManyRows(string fileName) =>
        Refusal.TooLarge("tooManyRows", $"{fileName} has more than {Rows:N0} rows. Split it and import the parts one after the other.");

    public static Refusal TooManyColumns(string fileName) =>
        Refusal.TooLarge("tooManyColumns", $"{fileName} has more than {Columns} columns. Leave out those that are not needed.");

    public static Refusal Broken(string fileName, string why) => Refusal.Invalid("brokenFile", $"{fileName} cannot be read: {why}");
}
