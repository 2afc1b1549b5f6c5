using BizQ.Core.Context;
using CsCheck;

namespace BizQ.Tests.Context;

/// <summary>What somebody types to search is taken apart into words, phrases and conditions, whatever it is.</summary>
public sealed class QueryTextTests
{
    [Theory]
    [InlineData("type:order status:late total>100", "", "type Is order|status Is late|total More 100")]
    [InlineData("ridge tent updated>=2026-01-01 red", "ridge tent red", "updated AtLeast 2026-01-01")]
    [InlineData("total:>100 total<=20.5 -status:late city!=Rome", "", "total More 100|total AtMost 20.5|not status Is late|not city Is Rome")]
    [InlineData("customer:\"Ana Berg\" tent", "tent", "customer Is Ana Berg")]
    [InlineData("see http://example.com/a at 10:30, re: this", "see http://example.com/a at 10:30, re: this", "")]
    [InlineData("status:", "status:", "")]
    [InlineData("-tent C++ a>", "-tent C++ a>", "")]
    [InlineData("orderNumber=OR-1 order_date<2026-02-01", "", "orderNumber Is OR-1|order_date Less 2026-02-01")]
    public void Conditions_are_a_name_a_sign_and_a_value_and_all_else_is_words(string text, string words, string filters)
    {
        var read = QueryText.Of(text);
        Assert.Equal(words, read.Words);
        Assert.Equal(filters, string.Join('|', read.Filters.Select(f => $"{(f.Not ? "not " : "")}{f.Field} {f.Comparison} {f.Value}")));
    }

    [Fact]
    public void Phrases_stand_in_quotes_and_a_quote_never_closed_is_a_sign()
    {
        var read = QueryText.Of("tent \"two person\" -\"used before\" size 5\" wide");
        Assert.Equal([new QueryPhrase("two person", false), new QueryPhrase("used before", true)], read.Phrases);
        Assert.Equal("tent size 5\" wide", read.Words);
    }

    [Fact]
    public void A_mail_asks_for_nothing()
    {
        Assert.True(QueryText.Of("Dear team,\nmy order total>100 is type:secret").IsPlain);
        Assert.True(QueryText.Of(new string('a', 390) + " type:secret x").IsPlain);
    }

    [Fact]
    public void No_text_is_a_mistake_and_no_word_is_lost()
    {
        var signs = Gen.Char["ab \"-:<>=!.0\\\n\0é%_*()/"];
        Gen.String[signs, 0, 60].Sample(text =>
        {
            var read = QueryText.Of(text);
            var kept = read.Words + string.Concat(read.Phrases.Select(p => p.Text)) + string.Concat(read.Filters.Select(f => f.Field + f.Value));
            return text.Where(char.IsLetterOrDigit).Order().SequenceEqual(kept.Where(char.IsLetterOrDigit).Order());
        }, iter: 20_000);
    }
}
