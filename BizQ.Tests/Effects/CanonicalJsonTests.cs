using System.Text.Json;
using BizQ.Core.Effects;
using CsCheck;
using Jint;

namespace BizQ.Tests.Effects;

public sealed class CanonicalJsonTests
{
    /// <summary>The bit patterns and spellings of RFC 8785, appendix B.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void A_number_is_written_as_the_standard_writes_it(ulong bits, string written) =>
        Assert.Equal(written, Of(BitConverter.UInt64BitsToDouble(bits).ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Any_number_is_written_as_a_script_engine_writes_it()
    {
        using var engine = new Engine();
        Gen.Double.Where(double.IsFinite).Sample(number =>
        {
            engine.SetValue("x", number);
            return Of(JsonSerializer.Serialize(number)) == engine.Evaluate("String(x)").AsString().Replace("-0", number == 0 ? "0" : "-0", StringComparison.Ordinal);
        }, threads: 1, iter: 2000);
    }

    [Fact]
    public void Names_are_sorted_by_their_utf16_units() => Assert.Equal(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\",\"😀\":\"Face\",\"\ufb33\":\"Dalet\"}",
        Of("""{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Face","\u0080":"Control","\u00f6":"Latin"}"""));

    [Fact]
    public void Text_is_escaped_only_where_it_must_be() => Assert.Equal(
        "{\"a\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"b\":[true,false,null,1,1]}",
        Of("""{ "b" : [true, false, null, 1.0, 1e0], "a": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/" }"""));

    [Theory]
    [InlineData("""{"a":"\ud800"}""", "brokenText")]
    [InlineData("""{"\udc00":1}""", "brokenText")]
    [InlineData("""{"a":1,"b":{"c":1,"c":2}}""", "doubledName")]
    [InlineData("""[1e400]""", "numberTooLarge")]
    public void What_cannot_be_carried_faithfully_is_refused_by_name(string json, string code) =>
        Assert.Equal(code, CanonicalJson.Of(JsonElement.Parse(json)).Refusal?.Code);

    [Fact]
    public void Writing_twice_changes_nothing_and_order_does_not_matter() =>
        Gen.Dictionary(Gen.String, Gen.Double.Where(double.IsFinite))[0, 8].Where(map => map.Keys.All(IsWhole)).Sample(map =>
        {
            var forward = Of(JsonSerializer.Serialize(map));
            var backward = Of(JsonSerializer.Serialize(map.Reverse().ToDictionary(pair => pair.Key, pair => pair.Value)));
            return forward == backward && Of(forward) == forward;
        });

    [Fact]
    public void The_hash_covers_the_operation_and_every_argument()
    {
        var hash = EffectHash.Of("mail.send", """{"to":"a"}""");
        Assert.Matches("^[0-9a-f]{64}$", hash);
        Assert.NotEqual(hash, EffectHash.Of("mail.sent", """{"to":"a"}"""));
        Assert.NotEqual(hash, EffectHash.Of("mail.send", """{"to":"b"}"""));
    }

    private static string Of(string json) => CanonicalJson.Of(JsonElement.Parse(json)).Value;

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }
        return true;
    }
}
