using System.Text;
using System.Text.Json;

namespace BizQ.Web.Agents.Editing;

/// <summary>Where something stands in a text; lines and columns count from 1, the end is behind the last sign.</summary>
public readonly record struct TextPlace(int Line, int Column, int EndLine, int EndColumn);

/// <summary>Where the values of a JSON text stand, by JSON pointer (RFC 6901).</summary>
public sealed class JsonPlaces
{
    private readonly byte[] _text;
    private readonly List<int> _lines = [0];
    private readonly Dictionary<string, (int Start, int End)> _places = new(StringComparer.Ordinal);

    private JsonPlaces(string text)
    {
        _text = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < _text.Length; i++)
        {
            if (_text[i] == (byte)'\n')
                _lines.Add(i + 1);
        }
    }

    /// <summary>Of a text that is JSON; of another one, of the part before the mistake.</summary>
    public static JsonPlaces Of(string text)
    {
        var places = new JsonPlaces(text);
        try
        {
            places.Read();
        }
        catch (JsonException)
        {
            // What is wrong is said by whoever parses it; the places before it stand.
        }
        return places;
    }

    /// <summary>The place of a value with its name. Of one that is missing, the place of what it is missing from.</summary>
    public TextPlace At(string pointer)
    {
        while (pointer.Length > 0 && !_places.ContainsKey(pointer))
            pointer = pointer[..pointer.LastIndexOf('/')];
        if (!_places.TryGetValue(pointer, out var found))
            return new TextPlace(1, 1, 1, 1);
        var (line, column) = Position(found.Start);
        // What ends lines below is shown by its first line.
        var (endLine, endColumn) = Position(Math.Min(found.End, EndOfLine(found.Start)));
        return new TextPlace(line, column, endLine, endColumn);
    }

    /// <summary>The place a parser names: a line and a byte in it, both from 0.</summary>
    public TextPlace AtByte(long line, long column)
    {
        var start = _lines[(int)Math.Min(line, _lines.Count - 1)];
        var at = (int)Math.Min(start + column, _text.Length);
        var (atLine, atColumn) = Position(at);
        return new TextPlace(atLine, atColumn, atLine, atColumn + 1);
    }

    private void Read()
    {
        var reader = new Utf8JsonReader(_text, new JsonReaderOptions { MaxDepth = Core.Json.MaxDepth });
        var way = new Stack<(string At, int Index)>();
        string? name = null;
        var nameStart = -1;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    (name, nameStart) = (reader.GetString()!, (int)reader.TokenStartIndex);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var ended = way.Pop().At;
                    _places[ended] = _places[ended] with { End = (int)reader.BytesConsumed };
                    continue;
            }
            var at = Next(way, name);
            var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            _places.TryAdd(at, (name is null ? (int)reader.TokenStartIndex : nameStart, (int)reader.BytesConsumed));
            if (opens)
                way.Push((at, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            name = null;
        }
    }

    private static string Next(Stack<(string At, int Index)> way, string? name)
    {
        if (name is not null)
            return $"{way.Peek().At}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        if (!way.TryPop(out var list))
            return "";
        way.Push((list.At, list.Index + 1));
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{list.At}/{list.Index}");
    }

    private int EndOfLine(int from)
    {
        var end = Array.IndexOf(_text, (byte)'\n', from);
        return end < 0 ? _text.Length : end;
    }

    private (int Line, int Column) Position(int at)
    {
        var line = _lines.BinarySearch(at);
        line = line < 0 ? ~line - 1 : line;
        return (line + 1, Encoding.UTF8.GetCharCount(_text, _lines[line], at - _lines[line]) + 1);
    }
}
