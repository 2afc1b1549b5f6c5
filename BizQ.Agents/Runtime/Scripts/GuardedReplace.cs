using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// String replace and replaceAll with every replacement counted: a text is expanded here ($&amp;, $1, $&lt;name&gt; …), a function's
/// answer is measured, and the original only finds the matches.
/// </summary>
internal sealed class GuardedReplace(Engine engine, Action<double> spend)
{
    public void Install(ObjectInstance prototype, string name)
    {
        var original = prototype.Get(name);
        Guards.Set(prototype, name, new ClrFunction(engine, name, (self, arguments) =>
        {
            spend(TypeConverter.ToString(self).Length);
            var pattern = arguments.ElementAtOrDefault(0) ?? JsValue.Undefined;
            var replacement = arguments.ElementAtOrDefault(1) ?? JsValue.Undefined;
            return engine.Call(original, self, [pattern, replacement.IsCallable() ? Measured(replacement) : Expanded(TypeConverter.ToString(replacement))]);
        }));
    }

    private ClrFunction Measured(JsValue function) => new(engine, "replacement", (_, match) =>
    {
        var text = TypeConverter.ToString(engine.Call(function, JsValue.Undefined, match));
        spend(text.Length);
        return new JsString(text);
    });

    private ClrFunction Expanded(string template) => new(engine, "replacement", (_, match) =>
    {
        var text = template.Contains('$') ? Expand(template, Match.Of(match)) : template;
        spend(text.Length);
        return new JsString(text);
    });

    /// <summary>ECMAScript's GetSubstitution.</summary>
    private string Expand(string template, Match match)
    {
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var next = i + 1 < template.Length ? template[i + 1] : '\0';
            var (piece, taken) = template[i] != '$' ? (null, 0) : next switch
            {
                '$' => ("$", 2),
                '&' => (match.Found, 2),
                '`' => (match.Whole[..match.Position], 2),
                '\'' => (match.Whole[Math.Min(match.Whole.Length, match.Position + match.Found.Length)..], 2),
                >= '0' and <= '9' => Group(template, i + 1, match),
                '<' when match.Named is { } named && template.IndexOf('>', i) is var close and > 0 => (TextOf(named.Get(template[(i + 2)..close])), close - i + 1),
                _ => (null, 0),
            };
            if (taken == 0)
            {
                text.Append(template[i]);
                continue;
            }
            spend(piece!.Length);
            text.Append(piece);
            i += taken - 1;
        }
        return text.ToString();
    }

    private static (string?, int) Group(string template, int at, Match match)
    {
        foreach (var digits in new[] { 2, 1 })
        {
            if (at + digits <= template.Length
                && int.TryParse(template.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= 1 && number <= match.Groups.Length)
                return (TextOf(match.Groups[number - 1]), digits + 1);
        }
        return (null, 0);
    }

    private static string TextOf(JsValue value) => value.IsUndefined() ? "" : TypeConverter.ToString(value);

    /// <summary>The arguments a replacement function is called with: match, groups, position, whole text, named groups if any.</summary>
    private sealed record Match(string Found, JsValue[] Groups, int Position, string Whole, ObjectInstance? Named)
    {
        public static Match Of(JsValue[] arguments)
        {
            var named = arguments[^1] as ObjectInstance;
            var last = arguments.Length - (named is null ? 1 : 2);
            return new Match(
                TypeConverter.ToString(arguments[0]), arguments[1..(last - 1)], (int)TypeConverter.ToInteger(arguments[last - 1]), TypeConverter.ToString(arguments[last]), named);
        }
    }
}
