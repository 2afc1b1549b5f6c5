using System.Text;

namespace BizQ.Core.Context.Parsing;

/// <summary>
/// Rows of a table as blocks of about a passage each, every one under the table's first row: a row alone ("249.00 | 12") says
/// nothing without the names of its columns. Pure.
/// </summary>
internal sealed class TableRows(string fileName)
{
    // Less than a passage takes, so that the splitter leaves a block whole.
    private const int Words = 200;
    private const int Characters = 2_000;

    private readonly StringBuilder _open = new();
    private string? _header;
    private int _words;
    private long _characters;
    private int _rows;
    private bool _written;

    public List<Block> Blocks { get; } = [];

    /// <summary>Null while there is room.</summary>
    public Refusal? Full =>
        _rows > ReadLimits.Rows ? Refusal.TooLarge("tooManyRows", $"{fileName} has more than {ReadLimits.Rows:N0} rows. Import it as entities instead, or split it.")
        : _characters > ReadLimits.Characters ? ReadFile.TooLong(fileName)
        : null;

    /// <summary>A new table begins.</summary>
    public void Begin(string? title, int? page = null)
    {
        End();
        (_header, _written) = (null, false);
        if (title is not null)
            Blocks.Add(new Block(title, 1, page));
    }

    public void Add(IReadOnlyList<string> cells)
    {
        var row = string.Join(" | ", cells.Select(cell => cell.ReplaceLineEndings(" ").Trim())).TrimEnd(' ', '|');
        if (row.Length == 0)
            return;
        _rows++;
        _characters += row.Length;
        // A line that fills one column is a title above the table.
        if (_header is null && cells.Count(cell => !string.IsNullOrWhiteSpace(cell)) < 2)
        {
            Blocks.Add(new Block(row.Trim(' ', '|')));
            return;
        }
        var words = row.Count(c => c == ' ') + 1;
        if (_open.Length > 0 && (_words + words > Words || _open.Length + row.Length > Characters))
            End();
        if (_header is null)
            _header = row;
        else
            Write(row, words);
    }

    public void End()
    {
        if (_open.Length > 0)
            Blocks.Add(new Block(_open.ToString()));
        else if (_header is not null && !_written)
            Blocks.Add(new Block(_header));
        _written = _open.Length > 0 || _written;
        _open.Clear();
        _words = 0;
    }

    private void Write(string row, int words)
    {
        if (_open.Length == 0)
        {
            _open.Append(_header);
            _words = _header!.Count(c => c == ' ') + 1;
        }
        _open.Append('\n').Append(row);
        _words += words;
    }
}
