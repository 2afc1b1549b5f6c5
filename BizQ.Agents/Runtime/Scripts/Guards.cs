using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// Replaces the built-ins that can make gigabytes in one step, where no constraint is looked at: repeating, joining, replacing,
/// flattening, writing JSON. Only those that an expression mentions are replaced (each costs a microsecond); one that computes
/// a member's name gets all of them, and loses the ways to the originals.
/// </summary>
internal sealed class Guards
{
    private static readonly JsString Prototype = new("prototype");
    private static readonly string[] ToOriginals = ["constructor", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"];
    private static readonly string[] Constructors = ["Object", "Array", "String", "Number", "Boolean", "Function", "RegExp", "Date", "Map", "Set", "Error", "TypeError", "RangeError"];
    private static readonly string[] ObjectReflection = ["defineProperty", "defineProperties", "setPrototypeOf", "getPrototypeOf", "getOwnPropertyDescriptor", "getOwnPropertyDescriptors", "getOwnPropertySymbols", "create"];

    private readonly Engine _engine;
    private long _written;

    private Guards(Engine engine) => _engine = engine;

    public static void Install(Engine engine, ScriptReading reading, IReadOnlyList<string> globals)
    {
        var guards = new Guards(engine);
        guards.Replace("Array", "join", guards.Join);
        guards.Mentioned(reading, "String", "repeat", guards.Repeat);
        guards.Mentioned(reading, "String", "padStart", (text, a) => guards.Pad(text, a, atStart: true));
        guards.Mentioned(reading, "String", "padEnd", (text, a) => guards.Pad(text, a, atStart: false));
        guards.Mentioned(reading, "String", "concat", guards.Concat);
        guards.Mentioned(reading, "Array", "flat", guards.Flat);
        guards.Mentioned(reading, "Array", "toLocaleString", (list, _) => guards.Join(list, []));
        if (reading.Dynamic || reading.Names.Contains("normalize"))
            Set(guards.PrototypeOf("String"), "normalize", guards.Growing("normalize", guards.PrototypeOf("String").Get("normalize")));
        foreach (var name in new[] { "encodeURIComponent", "encodeURI" }.Where(globals.Contains))
            Set(engine.Global, name, guards.Growing(name, engine.Global.Get(name)));
        foreach (var name in new[] { "replace", "replaceAll" })
        {
            if (reading.Dynamic || reading.Names.Contains(name))
                new GuardedReplace(engine, guards.Spend).Install(guards.PrototypeOf("String"), name);
        }
        foreach (var name in new[] { "match", "matchAll", "search" })
            guards.MentionedLimit(reading, name);
        if (globals.Contains("JSON"))
            Set((ObjectInstance)engine.Global.Get("JSON"), "stringify", new ClrFunction(engine, "stringify", guards.Stringify));
        if (globals.Contains("Math"))
            Set((ObjectInstance)engine.Global.Get("Math"), "random", new ClrFunction(engine, "random", (_, _) => throw new ScriptLimitException("asks for a random number; a run must come out the same when it is looked at again")));
        if (globals.Contains("String"))
            ((ObjectInstance)engine.Global.Get("String")).RemoveOwnProperty("raw");
        if (globals.Contains("Object"))
            Array.ForEach(ObjectReflection, name => ((ObjectInstance)engine.Global.Get("Object")).RemoveOwnProperty(name));
        if (reading.Dynamic || ToOriginals.Any(reading.Names.Contains))
            guards.CloseWays();
    }

    private void CloseWays()
    {
        foreach (var name in Constructors)
            PrototypeOf(name).RemoveOwnProperty("constructor");
        foreach (var name in ToOriginals)
            PrototypeOf("Object").RemoveOwnProperty(name);
    }

    private JsValue Repeat(JsValue self, JsValue[] arguments)
    {
        var text = TypeConverter.ToString(self);
        var count = TypeConverter.ToIntegerOrInfinity(arguments.ElementAtOrDefault(0) ?? JsValue.Undefined);
        if (count < 0)
            throw new ScriptLimitException("repeats a text fewer than 0 times");
        Spend(text.Length * count);
        return new JsString(new StringBuilder().Insert(0, text, text.Length == 0 ? 0 : (int)count).ToString());
    }

    private JsString Pad(JsValue self, JsValue[] arguments, bool atStart)
    {
        var text = TypeConverter.ToString(self);
        var length = TypeConverter.ToIntegerOrInfinity(arguments.ElementAtOrDefault(0) ?? JsValue.Undefined);
        var filler = arguments.ElementAtOrDefault(1) is { } given && !given.IsUndefined() ? TypeConverter.ToString(given) : " ";
        if (length <= text.Length || filler.Length == 0)
            return new JsString(text);
        Spend(length);
        var missing = (int)length - text.Length;
        var padding = new StringBuilder().Insert(0, filler, (missing / filler.Length) + 1).ToString()[..missing];
        return new JsString(atStart ? padding + text : text + padding);
    }

    private JsValue Concat(JsValue self, JsValue[] arguments)
    {
        var text = new StringBuilder(TypeConverter.ToString(self));
        foreach (var argument in arguments)
        {
            var more = TypeConverter.ToString(argument);
            Spend(more.Length);
            text.Append(more);
        }
        return new JsString(text.ToString());
    }

    private JsValue Join(JsValue self, JsValue[] arguments)
    {
        // An array inside an array is joined by this again: a list that contains itself must end.
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var separator = arguments.ElementAtOrDefault(0) is { } given && !given.IsUndefined() ? TypeConverter.ToString(given) : ",";
        var text = new StringBuilder();
        var length = LengthOf(self);
        for (var i = 0; i < length; i++)
        {
            var before = text.Length;
            if (i > 0)
                text.Append(separator);
            var item = self.Get(JsNumber.Create(i));
            if (!item.IsNull() && !item.IsUndefined())
                text.Append(TypeConverter.ToString(item));
            Spend(text.Length - before + 1);
        }
        return new JsString(text.ToString());
    }

    private JsValue Flat(JsValue self, JsValue[] arguments)
    {
        var depth = arguments.ElementAtOrDefault(0) is { } given && !given.IsUndefined() ? TypeConverter.ToIntegerOrInfinity(given) : 1;
        var flat = new List<JsValue>();
        Flatten(self, depth, flat);
        return new JsArray(_engine, [.. flat]);
    }

    private void Flatten(JsValue list, double depth, List<JsValue> flat)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var length = LengthOf(list);
        for (var i = 0; i < length; i++)
        {
            Spend(1);
            var item = list.Get(JsNumber.Create(i));
            if (depth >= 1 && item.IsArray())
                Flatten(item, depth - 1, flat);
            else
                flat.Add(item);
            if (flat.Count > ScriptLimits.ArrayItems)
                throw new ScriptLimitException($"makes a list of more than {ScriptLimits.ArrayItems:N0} items");
        }
    }

    private JsValue Stringify(JsValue self, JsValue[] arguments)
    {
        if (arguments.ElementAtOrDefault(1) is { } replacer && !replacer.IsNull() && !replacer.IsUndefined())
            throw new ScriptLimitException("gives JSON.stringify a second argument, which is not available here");
        var value = arguments.ElementAtOrDefault(0) ?? JsValue.Undefined;
        if (value.IsUndefined())
            return JsValue.Undefined;
        var text = ScriptJson.Stringify(_engine, value, indented: arguments.Length > 2 && TypeConverter.ToBoolean(arguments[2]));
        Spend(text.Length);
        return new JsString(text);
    }

    /// <summary>The longest list or text that is walked; a length of billions is only claimed.</summary>
    private static uint LengthOf(JsValue list)
    {
        var length = TypeConverter.ToLength(list.Get("length"));
        return length <= ScriptLimits.ArrayItems ? (uint)length : throw new ScriptLimitException($"walks a list of {length:N0} items; {ScriptLimits.ArrayItems:N0} are the most");
    }

    /// <summary>Characters (or items) made by all replaced built-ins of one evaluation together.</summary>
    private void Spend(double amount)
    {
        _written += amount > ScriptLimits.MostText ? ScriptLimits.MostText + 1 : (long)amount;
        if (_written > ScriptLimits.MostText)
            throw new ScriptLimitException($"makes more than {ScriptLimits.MostText:N0} characters of text");
        _engine.Constraints.Check();
    }

    private void Mentioned(ScriptReading reading, string type, string name, Func<JsValue, JsValue[], JsValue> guard)
    {
        if (reading.Dynamic || reading.Names.Contains(name))
            Replace(type, name, guard);
    }

    /// <summary>Matching makes an object for every hit before anything is looked at; on a text this long that takes seconds.</summary>
    private void MentionedLimit(ScriptReading reading, string name)
    {
        if (!reading.Dynamic && !reading.Names.Contains(name))
            return;
        var prototype = PrototypeOf("String");
        var original = prototype.Get(name);
        Set(prototype, name, new ClrFunction(_engine, name, (self, arguments) =>
        {
            Spend(0.5 * TypeConverter.ToString(self).Length);
            return _engine.Call(original, self, arguments);
        }));
    }

    /// <summary>A method of a text, or a function of one, that makes up to eighteen characters of each.</summary>
    private ClrFunction Growing(string name, JsValue original) => new(_engine, name, (self, arguments) =>
    {
        var ofArgument = self.IsUndefined();
        var text = TypeConverter.ToString(ofArgument ? arguments.ElementAtOrDefault(0) ?? JsValue.Undefined : self);
        if (text.Length > ScriptLimits.LongestGrowing)
            throw new ScriptLimitException($"gives {name} a text of more than {ScriptLimits.LongestGrowing:N0} characters");
        Spend(text.Length);
        return ofArgument ? _engine.Call(original, self, [new JsString(text)]) : _engine.Call(original, new JsString(text), arguments);
    });

    private void Replace(string type, string name, Func<JsValue, JsValue[], JsValue> guard) =>
        Set(PrototypeOf(type), name, new ClrFunction(_engine, name, guard));

    private ObjectInstance PrototypeOf(string type) => (ObjectInstance)((ObjectInstance)_engine.Global.Get(type)).Get(Prototype);

    internal static void Set(ObjectInstance target, string name, JsValue value) =>
        target.DefineOwnProperty(name, new PropertyDescriptor(value, PropertyFlag.Writable | PropertyFlag.Configurable));
}
