using BizQ.Web.Controls;
using Bunit;

namespace BizQ.Tests.Context.Pages;

/// <summary>Markdown of strangers becomes a page and nothing that runs, loads or leads astray.</summary>
public sealed class MarkdownViewTests : BunitContext
{
    private static readonly string[] Harmless = ["div", "p", "br", "h2", "ul", "ol", "li", "a", "input", "table", "thead", "tbody", "tr", "td", "th", "pre", "code", "em", "strong", "blockquote"];

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("![x](x \"y\" onerror=alert(1))")]
    [InlineData("![x](https://evil.example/pixel.png)")]
    [InlineData("[go](javascript:alert(1))")]
    [InlineData("[go](JaVaScRiPt&colon;alert(1))")]
    [InlineData("[go](vbscript:x)")]
    [InlineData("[go](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("<a href=\" javascript:alert(1)\">go</a>")]
    [InlineData("<a href='java\nscript:alert(1)'>go</a>")]
    [InlineData("<iframe src=//evil.example></iframe>")]
    [InlineData("<svg onload=alert(1)><animate onbegin=alert(1)></svg>")]
    [InlineData("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>")]
    [InlineData("<p style=\"background:url(https://evil.example)\" onclick=alert(1) id=main class=alert>x</p>")]
    [InlineData("<form action=//evil.example><input name=password type=password><button>go</button></form>")]
    [InlineData("<base href=//evil.example><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>")]
    [InlineData("<object data=x></object><embed src=x><video src=x onerror=alert(1)></video>")]
    public void Nothing_that_runs_comes_through(string markdown)
    {
        foreach (var element in Show(markdown).FindAll("*"))
        {
            Assert.Contains(element.LocalName, Harmless);
            foreach (var attribute in element.Attributes.Where(a => !a.Name.StartsWith("b-", StringComparison.Ordinal) && !(element.ClassName == "markdown" && a.Name == "class")))
                Assert.Contains(attribute.Name, (string[])["href", "rel", "target", "type", "disabled", "checked", "aria-label", "start"]);
            Assert.Matches("^(https?|mailto|tel):|^[^:]*$", element.GetAttribute("href") ?? "");
            Assert.Equal(element.LocalName == "input" ? "checkbox" : null, element.GetAttribute("type"));
        }
    }

    [Fact]
    public void What_people_write_comes_through()
    {
        var page = Show("# Title\n\nSome *words* and `code`, [a link](https://shop.example/x?y=1).\n\n- [x] done\n- [ ] open\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n> said\n\n```\na < b\n```\n");
        Assert.Equal("Title", page.Find("h2").TextContent);
        Assert.Empty(page.FindAll("h1"));
        Assert.Equal(("https://shop.example/x?y=1", "noopener noreferrer nofollow", "_blank"), (page.Find("a").GetAttribute("href"), page.Find("a").GetAttribute("rel"), page.Find("a").GetAttribute("target")));
        Assert.Equal(["checkbox", "checkbox"], page.FindAll("input").Select(i => i.GetAttribute("type")));
        Assert.Equal(["1", "2"], page.FindAll("td").Select(td => td.TextContent));
        Assert.Equal("a < b", page.Find("pre code").TextContent.Trim());
    }

    [Fact]
    public void Nesting_beyond_all_sense_is_shown_as_it_is_written() =>
        Assert.StartsWith(">>>>", Show(new string('>', 5000) + "x").Find("pre").TextContent, StringComparison.Ordinal);

    private IRenderedComponent<MarkdownView> Show(string text) => Render<MarkdownView>(view => view.Add(v => v.Text, text));
}
