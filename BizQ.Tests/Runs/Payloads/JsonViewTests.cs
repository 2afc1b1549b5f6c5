using System.Text.Json;
using BizQ.Web.Controls;
using Bunit;

namespace BizQ.Tests.Runs.Payloads;

/// <summary>JSON on pages: what lies in the archive is named and not loaded, and nothing else passes for it.</summary>
public sealed class JsonViewTests : BunitContext
{
    private static readonly JsonElement Reference = JsonElement.Parse($$$"""{"$archived":{"hash":"{{{new string('0', 64)}}}","bytes":3000000}}""");

    [Fact]
    public void What_a_step_holds_in_the_archive_is_told_with_its_size_and_a_link()
    {
        var view = Render<JsonView>(given => given.Add(v => v.Value, Reference).Add(v => v.Download, "/api/v1/runs/1/output"));
        Assert.Contains("3,000 kB", view.Markup, StringComparison.Ordinal);
        Assert.Equal("/api/v1/runs/1/output", view.Find("a").GetAttribute("href"));
        Assert.Empty(view.FindAll("pre"));
    }

    [Fact]
    public void What_only_looks_like_it_is_shown_as_it_is()
    {
        var view = Render<JsonView>(given => given.Add(v => v.Value, Reference));
        Assert.Contains("$archived", view.Find("pre").TextContent, StringComparison.Ordinal);
    }
}
