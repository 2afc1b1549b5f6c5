using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;
using Microsoft.Extensions.Time.Testing;

namespace BizQ.Tests.Models;

/// <summary>The built-in model fills a schema with what stands in a text, and nothing else.</summary>
public sealed class ExtractTests
{
    private const string Mail =
        """
        Hello,

        on 3 November 2026 I bought the tent Nordkap (order no. A-20417) for 249,90 € in your shop. Please call me
        on +49 30 1234567 or write to ada.winter@example.org. I need it by tomorrow, there are 2 of us.

        See https://example.org/photo for the damage. Yes, I still have the box.

        Ada Winter
        """;

    private static readonly ExtractFields Extract = new(new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("orderNumber", """{"type":"string","pattern":"^[A-Z]-[0-9]{5}$"}""", "\"A-20417\"")]
    [InlineData("orderNumber", """{"type":"string"}""", "\"A-20417\"")]
    [InlineData("purchaseDate", """{"type":"string","format":"date"}""", "\"2026-11-03\"")]
    [InlineData("neededBy", """{"type":"string","format":"date","description":"when it is needed by"}""", "\"2026-11-24\"")]
    [InlineData("email", """{"type":"string","format":"email"}""", "\"ada.winter@example.org\"")]
    [InlineData("phone", """{"type":"string"}""", "\"+49301234567\"")]
    [InlineData("price", """{"type":"number"}""", "249.90")]
    [InlineData("price", """{"type":"object","properties":{"amount":{"type":"string"},"currency":{"type":"string"}}}""", """{"amount":"249.90","currency":"EUR"}""")]
    [InlineData("link", """{"type":"string","format":"uri"}""", "\"https://example.org/photo\"")]
    public void A_field_gets_what_stands_there(string name, string field, string value)
    {
        var found = Extract.Run(Mail, JsonElement.Parse($"{{\"type\":\"object\",\"properties\":{{\"{name}\":{field}}}}}"), TestContext.Current.CancellationToken);

        Assert.Equal(value, found.GetProperty(name).GetRawText());
    }

    [Theory]
    [InlineData("iban", """{"type":"string","pattern":"^[A-Z]{2}[0-9]{20}$"}""")]
    [InlineData("deliveryDate", """{"type":"string","format":"date","description":"when it was delivered"}""")]
    [InlineData("discount", """{"type":"number","description":"discount in percent"}""")]
    public void What_is_not_there_is_null(string name, string field)
    {
        var found = Extract.Run("Hello, I only wanted to say thank you.", JsonElement.Parse($"{{\"type\":\"object\",\"properties\":{{\"{name}\":{field}}}}}"), TestContext.Current.CancellationToken);

        Assert.Equal(JsonValueKind.Null, found.GetProperty(name).ValueKind);
    }

    [Theory]
    [InlineData("Paid 1.234,56 EUR", 1234.56)]
    [InlineData("Paid $1,234.56", 1234.56)]
    [InlineData("Paid 99 dollars", 99)]
    [InlineData("Paid CHF 12.-", 12)]
    [InlineData("Paid £0.99", 0.99)]
    [InlineData("Paid for 5 at 20 eur", 20)]
    [InlineData("I paid, but try 2 of them for 30 USD", 30)]
    public void Money_is_read_as_people_write_it(string text, double amount)
    {
        var found = Extract.Run(text, JsonElement.Parse("""{"type":"object","properties":{"paid":{"type":"number","description":"amount paid"}}}"""), TestContext.Current.CancellationToken);

        Assert.Equal(amount, found.GetProperty("paid").GetDouble());
    }

    [Theory]
    [InlineData("It came on 2026-11-05.", "2026-11-05")]
    [InlineData("It came on 5.11.2026.", "2026-11-05")]
    [InlineData("It came on November 5th, 2026.", "2026-11-05")]
    [InlineData("It came yesterday.", "2026-11-22")]
    public void Dates_are_read_as_people_write_them(string text, string date)
    {
        var found = Extract.Run(text, JsonElement.Parse("""{"type":"object","properties":{"came":{"type":"string","format":"date"}}}"""), TestContext.Current.CancellationToken);

        Assert.Equal(date, found.GetProperty("came").GetString());
    }

    [Fact]
    public void A_list_gets_all_of_them()
    {
        var found = Extract.Run("Orders A-10001, A-10002 and A-10003.", JsonElement.Parse("""{"type":"object","properties":{"orders":{"type":"array","items":{"type":"string","pattern":"^A-[0-9]{5}$"}}}}"""), TestContext.Current.CancellationToken);

        Assert.Equal("""["A-10001","A-10002","A-10003"]""", found.GetProperty("orders").GetRawText());
    }

    [Fact]
    public void Every_value_says_where_it_was_read()
    {
        var found = Extract.Find(Mail, JsonElement.Parse("""{"type":"object","properties":{"email":{"type":"string","format":"email"}}}"""), TestContext.Current.CancellationToken);

        var source = Assert.Single(found.Sources);
        Assert.Equal(("/email", "ada.winter@example.org"), (source.Pointer, Mail.Substring(source.Start, source.Length)));
    }

    [Fact]
    public void A_pattern_that_could_take_for_ever_does_not()
    {
        var found = Extract.Run(new string('a', 5000) + "!", JsonElement.Parse("""{"type":"object","properties":{"code":{"type":"string","pattern":"^(a+)+$"}}}"""), TestContext.Current.CancellationToken);

        Assert.True(found.TryGetProperty("code", out _));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1 ")]
    [InlineData("1.")]
    [InlineData("1,1")]
    [InlineData("12-")]
    [InlineData("+49 ")]
    [InlineData("(0")]
    [InlineData("a@")]
    [InlineData("a.")]
    [InlineData("http://")]
    [InlineData("€")]
    [InlineData("1 E")]
    [InlineData("3 November ")]
    [InlineData("A-")]
    [InlineData("\n")]
    [InlineData("order order ")]
    [InlineData("\ud83d\ude00")]
    [InlineData("Name: ")]
    public void No_text_however_odd_breaks_it(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 20_000 / piece.Length));
        var schema = JsonElement.Parse("""
            {"type":"object","properties":{"orderNumber":{"type":"string"},"date":{"type":"string","format":"date"},"total":{"type":"number"},"count":{"type":"integer"},
            "email":{"type":"string","format":"email"},"phone":{"type":"string"},"link":{"type":"string","format":"uri"},"customerName":{"type":"string"},"discountPercent":{"type":"number"},
            "damaged":{"type":"boolean"},"size":{"enum":["S","M","L"]},"note":{"type":"string"},"amounts":{"type":"array","items":{"type":"object","properties":{"amount":{"type":"string"},"currency":{"type":"string"}}}}}}
            """);

        var found = Extract.Run(text, schema, TestContext.Current.CancellationToken);

        Assert.Equal(13, found.GetPropertyCount());
    }
}
