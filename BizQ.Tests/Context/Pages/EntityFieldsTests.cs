using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Web.Context.Entities;

namespace BizQ.Tests.Context.Pages;

/// <summary>The form for an entity: what goes in comes out as it was, and two who edited at once can both be kept.</summary>
public sealed class EntityFieldsTests
{
    [Fact]
    public void What_nobody_touches_comes_out_as_it_went_in()
    {
        var data = JsonElement.Parse("""
            {"name":"Tent","price":{"amount":"249.00","currency":"EUR"},"weight":2.40,"inStock":true,"since":"2026-11-01","colours":["red","green"],
             "note":"first line\nsecond line","sizes":[{"w":1}],"empty":[],"odd":{"amount":12,"currency":"EUR"},"big":12345678901234567890}
            """);
        var fields = EntityFields.Of(data);
        Assert.Equal(
            [FieldSort.Text, FieldSort.Money, FieldSort.Number, FieldSort.YesNo, FieldSort.Date, FieldSort.List, FieldSort.LongText, FieldSort.Json, FieldSort.List, FieldSort.Json, FieldSort.Number],
            fields.Select(f => f.Sort));
        var back = EntityFields.ToData(fields)!.Value;
        foreach (var property in data.EnumerateObject().Where(p => p.Name != "empty"))
            Assert.True(JsonElement.DeepEquals(property.Value, back.GetProperty(property.Name)), property.Name);
    }

    [Theory]
    [InlineData(FieldSort.Number, "1,5")]
    [InlineData(FieldSort.Number, "much")]
    [InlineData(FieldSort.Money, "12 euros")]
    [InlineData(FieldSort.Json, "{\"a\":")]
    public void What_cannot_be_used_says_so_at_its_field(FieldSort sort, string text)
    {
        var field = new FormField { Name = "x", Sort = sort, Text = text };
        Assert.Null(EntityFields.ToData([field]));
        Assert.NotNull(field.Problem);
        field.Text = "";
        Assert.NotNull(EntityFields.ToData([field]));
        Assert.Null(field.Problem);
    }

    [Fact]
    public void Two_fields_cannot_share_a_name_and_a_value_needs_one()
    {
        FormField[] fields = [new() { Name = "a", Sort = FieldSort.Text, Text = "1" }, new() { Name = "a ", Sort = FieldSort.Text, Text = "2" }, new() { Name = "", Sort = FieldSort.Text, Text = "3" }];
        Assert.Null(EntityFields.ToData(fields));
        Assert.Equal([false, true, true], fields.Select(f => f.Problem is not null));
    }

    [Fact]
    public void My_changes_go_on_top_of_theirs_and_what_we_both_changed_is_named()
    {
        var opened = Json.Element(new { name = "Tent", price = 1, city = "Berlin", gone = 1 });
        var mine = Json.Element(new { name = "Tent", price = 2, city = "Berlin", note = "mine" });
        var theirs = Json.Element(new { name = "Big tent", price = 3, city = "Berlin", gone = 1 });
        var (data, both) = EntityMerge.Of(opened, mine, theirs);
        Assert.Equal(["price"], both);
        Assert.True(JsonElement.DeepEquals(Json.Element(new { name = "Big tent", price = 2, city = "Berlin", note = "mine" }), data), data.GetRawText());
    }
}
