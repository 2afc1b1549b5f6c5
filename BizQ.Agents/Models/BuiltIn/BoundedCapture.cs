using System.Text.RegularExpressions;
using DotLiquid;
using DotLiquid.Exceptions;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>
/// Liquid's capture tag with a bound: the library's own writes to memory without one, and a capture of itself twice over grows
/// to gigabytes in thirty rounds.
/// </summary>
internal sealed partial class BoundedCapture : Block
{
    private string _to = "";

    public override void Initialize(string tagName, string markup, List<string> tokens)
    {
        var match = Target().Match(markup);
        _to = match.Success ? match.Groups[1].Value : throw new SyntaxException("The capture tag needs a name: {% capture name %}");
        base.Initialize(tagName, markup, tokens);
    }

    public override void Render(Context context, TextWriter result)
    {
        using var writer = new BoundedWriter(DraftText.MaxCharacters, CancellationToken.None);
        base.Render(context, writer);
        context.Scopes[^1][_to] = writer.ToString();
    }

    [GeneratedRegex(@"^\s*['""]?([\w-]+)['""]?\s*$")]
    private static partial Regex Target();
}
