using System.Globalization;

namespace BizQ.Bench;

/// <summary>What a measurement is given, and where it puts its figures.</summary>
public sealed class Measuring(string? data, bool quick, bool largest = false)
{
    private readonly List<(string Name, double Value, string Unit, string Note)> _figures = [];

    /// <summary>Whether a rough figure in a short time is wanted.</summary>
    public bool Quick { get; } = quick;

    /// <summary>Whether a size that takes many minutes is wanted too.</summary>
    public bool Largest { get; } = largest;

    public IReadOnlyDictionary<string, double> Figures => _figures.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    /// <summary>As people read them.</summary>
    public IReadOnlyList<(string Name, string Value, string Unit, string Note)> Rows => _figures.ConvertAll(f => (f.Name, Rounded(f.Value), f.Unit, f.Note));

    /// <summary>A file or folder of the data given; missing data is why a measurement could not run.</summary>
    public string Data(params string[] parts)
    {
        var path = Path.Combine([data ?? throw new CouldNotRunException("It needs data: --data DIR."), .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : throw new CouldNotRunException($"There is no {path}.");
    }

    /// <summary>Whether the data given has such a file or folder.</summary>
    public bool HasData(params string[] parts) => data is not null && (File.Exists(Path.Combine([data, .. parts])) || Directory.Exists(Path.Combine([data, .. parts])));

    public void Figure(string name, double value, string unit = "", string note = "") => _figures.Add((name, value, unit, note));

    /// <summary>Says what is going on; to the error stream, so that the table stands alone.</summary>
    public void Progress(string text) => Console.Error.WriteLine(text);

    public void Print(TextWriter writer)
    {
        if (_figures.Count == 0)
            return;
        var rows = Rows;
        var name = rows.Max(r => r.Name.Length);
        var value = rows.Max(r => r.Value.Length);
        var unit = rows.Max(r => r.Unit.Length);
        foreach (var row in rows)
            writer.WriteLine($"{row.Name.PadRight(name)}  {row.Value.PadLeft(value)} {row.Unit.PadRight(unit)}  {row.Note}".TrimEnd());
    }

    private static string Rounded(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "N1" : "0.####", CultureInfo.InvariantCulture);
}

/// <summary>A measurement could not run at all, with the sentence that says why; the only reason for a non-zero exit.</summary>
public sealed class CouldNotRunException(string message) : Exception(message);
