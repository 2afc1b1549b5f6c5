using System.Text;
using BizQ.Core.Mail.Reading;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BizQ.Core.Context.Parsing;

/// <summary>Markdown as what it says: headings, paragraphs, lists and tables without their signs.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder { MaximumNestingDepth = 64 }.UsePipeTables().UseYamlFrontMatter().Build();

    public static Outcome<ParsedDocument> Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        var (text, notes) = PlainText.Decode(content);
        if (text.Length > ReadLimits.Characters)
            return ReadFile.TooLong("The file");
        if (Parse(text) is not { } document)
            return AsWritten(PlainText.Read(content).Value);
        List<Block> blocks = [];
        foreach (var block in document)
        {
            cancel.ThrowIfCancellationRequested();
            Add(blocks, block);
        }
        var first = blocks.Find(b => b.Level == 1);
        return new ParsedDocument(FileKinds.MediaTypeOf(FileKind.Markdown), first.Text, blocks) { Notes = notes };
    }

    private static ParsedDocument AsWritten(ParsedDocument plain) =>
        plain with { Notes = [.. plain.Notes, "Its Markdown is too tangled to lay out; it was read as plain text."] };

    // Each bracket may open a link, and the parser tries them all: 10,000 in one paragraph take about a second, twice as many four times that.
    private const int MostBrackets = 10_000;

    private static MarkdownDocument? Parse(string text)
    {
        if (text.AsSpan().Count('[') > MostBrackets)
            return null;
        try
        {
            return Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Nested beyond MaximumNestingDepth.
            return null;
        }
    }

    private static void Add(List<Block> blocks, Markdig.Syntax.Block block)
    {
        if (block is HeadingBlock heading)
            blocks.Add(new Block(Plain(heading.Inline), heading.Level));
        else if (block is QuoteBlock quote)
            foreach (var inner in quote)
                Add(blocks, inner);
        else if (block is not (YamlFrontMatterBlock or ThematicBreakBlock or LinkReferenceDefinitionGroup) && TextOf(block, "") is { Length: > 0 } text)
            blocks.Add(new Block(text));
    }

    private static string TextOf(MarkdownObject block, string indent) => block switch
    {
        Table table => string.Join('\n', table.OfType<TableRow>().Select(row => string.Join(" | ", row.OfType<TableCell>().Select(cell => TextOf(cell, ""))))),
        ListBlock list => string.Join('\n', list.OfType<ListItemBlock>().Select((item, i) => indent + Bullet(list, i) + TextOf(item, indent + "  ").TrimStart())),
        ContainerBlock container => string.Join('\n', container.Select(inner => TextOf(inner, indent)).Where(text => text.Length > 0)),
        HtmlBlock html => HtmlText.Of(html.Lines.ToString(), []),
        CodeBlock code => code.Lines.ToString(),
        LeafBlock leaf => indent + Plain(leaf.Inline),
        _ => "",
    };

    private static string Bullet(ListBlock list, int item) =>
        list.IsOrdered ? $"{(int.TryParse(list.OrderedStart, out var start) ? start + item : item + 1)}. " : "- ";

    private static string Plain(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>())
            Write(text, inline);
        return text.ToString().Trim();
    }

    private static void Write(StringBuilder text, Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case LineBreakInline line:
                text.Append(line.IsHard ? '\n' : ' ');
                break;
            case HtmlEntityInline entity:
                text.Append(entity.Transcoded.AsSpan());
                break;
            case AutolinkInline link:
                text.Append(link.Url);
                break;
            case ContainerInline container:
                foreach (var inner in container)
                    Write(text, inner);
                break;
        }
    }
}
