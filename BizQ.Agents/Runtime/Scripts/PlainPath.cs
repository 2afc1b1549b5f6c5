using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// An expression that only reads: <c>steps.find.output.entities['order'].total</c>. Most expressions are this, and walking the
/// JSON takes a hundredth of what a script engine does.
/// </summary>
internal sealed partial class PlainPath
{
    private static readonly JsonElement Null = JsonElement.Parse("null");

    private readonly Segment[] _segments;

    private PlainPath(Segment[] segments) => _segments = segments;

    public string Root => _segments[0].Name;

    /// <summary>The first name after the root, when there is one.</summary>
    public string? Second => _segments.Length > 1 ? _segments[1].Name : null;

    /// <summary>The path an expression is; null when it is more than a path.</summary>
    public static PlainPath? Of(string source)
    {
        var match = Shape().Match(source);
        if (!match.Success)
            return null;
        var segments = new List<Segment> { new(match.Groups["root"].Value, null) };
        foreach (Capture capture in match.Groups["segment"].Captures)
        {
            var text = capture.Value.AsSpan().Trim();
            if (text[0] == '[')
            {
                text = text[1..^1].Trim();
                segments.Add(text[0] is '\'' or '"'
                    ? new Segment(text[1..^1].ToString(), null)
                    : new Segment(text.ToString(), int.Parse(text, CultureInfo.InvariantCulture)));
            }
            else
            {
                segments.Add(new Segment(text.TrimStart('?').TrimStart('.').Trim().ToString(), null));
            }
        }
        return new PlainPath([.. segments]);
    }

    /// <summary>What stands there, JSON null when nothing does; no value at all when only JavaScript knows (inherited members, unknown names).</summary>
    public JsonElement? Read(JsonElement scope)
    {
        var value = scope;
        for (var i = 0; i < _segments.Length; i++)
        {
            var segment = _segments[i];
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when value.TryGetProperty(segment.Name, out var member):
                    value = member;
                    break;
                case JsonValueKind.Object when i > 0 && !Inherited.Contains(segment.Name):
                    return Null;
                case JsonValueKind.Array when segment.Index is { } index:
                    if (index >= value.GetArrayLength())
                        return Null;
                    value = value[index];
                    break;
                case JsonValueKind.Array when segment.Name == "length":
                    return Json.Element(value.GetArrayLength());
                case JsonValueKind.String when segment.Name == "length":
                    return Json.Element(value.GetString()!.Length);
                case JsonValueKind.Null:
                    return Null;
                default:
                    return null;
            }
        }
        return value.Clone();
    }

    /// <summary>What every object has without holding it.</summary>
    private static readonly HashSet<string> Inherited =
        ["constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"];

    [GeneratedRegex(@"^\s*(?<root>[A-Za-z_$][\w$]*)(?<segment>\s*\??\.\s*[A-Za-z_$][\w$]*|\s*\[\s*(?:'[^'\\\r\n]*'|""[^""\\\r\n]*""|0|[1-9][0-9]{0,8})\s*\])*\s*$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    private sealed record Segment(string Name, int? Index);
}
