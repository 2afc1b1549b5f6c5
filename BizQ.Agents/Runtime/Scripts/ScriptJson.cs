using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// A script's values as JSON: what JSON.stringify gives, made with limits, because a handful of nested arrays that share
/// their items is exponentially larger written out than in memory. A Map is written as an object and a Set as an array.
/// </summary>
internal static class ScriptJson
{
    public static JsonElement Result(Engine engine, JsValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(engine, value, buffer, indented: false);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    public static string Stringify(Engine engine, JsValue value, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(engine, value, buffer, indented);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A value inside a longer text: nothing for null, compact JSON for objects and lists.</summary>
    public static void AppendAsText(StringBuilder text, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            text.Append(value.GetString());
        else if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            text.Append(value.GetRawText());
    }

    private static void Write(Engine engine, JsValue value, ArrayBufferWriter<byte> buffer, bool indented)
    {
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 });
        new Writer(engine, writer).Value(value, 0);
        writer.Flush();
    }

    private sealed class Writer(Engine engine, Utf8JsonWriter writer)
    {
        private int _values;

        public void Value(JsValue value, int depth)
        {
            Look(depth);
            switch (value)
            {
                case JsString text:
                    if (text.Length > ScriptLimits.MostText)
                        throw TooLong();
                    writer.WriteStringValue(text.ToString());
                    break;
                case JsNumber:
                    Number(TypeConverter.ToNumber(value));
                    break;
                case JsBoolean:
                    writer.WriteBooleanValue(TypeConverter.ToBoolean(value));
                    break;
                case ObjectInstance thing when thing.IsCallable():
                    throw new ScriptLimitException("results in a function; call it, or read a value from it");
                case JsDate date:
                    writer.WriteStringValue(date.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                    break;
                case JsArray array:
                    Array(array, depth);
                    break;
                case JsSet set:
                    writer.WriteStartArray();
                    foreach (var item in set)
                        Value(item, depth + 1);
                    writer.WriteEndArray();
                    break;
                case JsMap map:
                    Members(map.Select(pair => (TypeConverter.ToString(pair.Key), pair.Value)), depth);
                    break;
                case ObjectInstance thing:
                    Members(thing.GetOwnProperties().Where(p => p.Key is JsString && p.Value is { Enumerable: true, Get: null }).Select(p => (p.Key.ToString(), p.Value.Value)), depth);
                    break;
                default:
                    writer.WriteNullValue();
                    break;
            }
        }

        private void Array(JsArray array, int depth)
        {
            if (array.Length > ScriptLimits.ArrayItems)
                throw new ScriptLimitException($"results in a list of {array.Length:N0} items; {ScriptLimits.ArrayItems:N0} are the most");
            writer.WriteStartArray();
            for (var i = 0u; i < array.Length; i++)
            {
                var item = array.Get(JsNumber.Create(i));
                Value(item.IsCallable() ? JsValue.Undefined : item, depth + 1);
            }
            writer.WriteEndArray();
        }

        private void Members(IEnumerable<(string Name, JsValue Value)> members, int depth)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                if (value.IsUndefined() || value.IsCallable())
                    continue;
                writer.WritePropertyName(name);
                Value(value, depth + 1);
            }
            writer.WriteEndObject();
        }

        private void Number(double number)
        {
            if (!double.IsFinite(number))
                writer.WriteNullValue();
            else if (number == Math.Truncate(number) && Math.Abs(number) <= 9_007_199_254_740_991)
                writer.WriteNumberValue((long)number);
            else
                writer.WriteNumberValue(number);
        }

        private void Look(int depth)
        {
            if (depth > ScriptLimits.ResultDepth)
                throw new ScriptLimitException($"results in something nested more than {ScriptLimits.ResultDepth} deep, or containing itself");
            if (writer.BytesCommitted + writer.BytesPending > ScriptLimits.MostText * 2)
                throw TooLong();
            // Writing runs getters and takes time of its own, so time and memory are looked at as between statements.
            if (++_values % 256 == 0)
                engine.Constraints.Check();
        }

        private static ScriptLimitException TooLong() => new($"results in more than {ScriptLimits.MostText:N0} characters");
    }
}
