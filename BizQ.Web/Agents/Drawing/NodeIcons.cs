using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using BizQ.Core.Agents;
using MudBlazor;

namespace BizQ.Web.Agents.Drawing;

/// <summary>The icons that node kinds name in their descriptions, as SVG path data in a square of 24.</summary>
internal static partial class NodeIcons
{
    private static readonly ConcurrentDictionary<string, string> Paths = new();

    public static string PathOf(string kind, AgentCatalog catalog) =>
        Paths.GetOrAdd(catalog.Nodes.FirstOrDefault(k => k.Kind == kind)?.Icon ?? nameof(Icons.Material.Filled.HelpOutline), Find);

    private static string Find(string name)
    {
        var markup = typeof(Icons.Material.Filled).GetField(name)?.GetRawConstantValue() as string ?? Icons.Material.Filled.Circle;
        // The empty square around it is a path, too.
        return string.Join(' ', PathData().Matches(markup).Select(m => m.Groups[1].Value).Where(d => !d.StartsWith("M0 0h24", StringComparison.Ordinal) && !d.StartsWith("M0,0h24", StringComparison.OrdinalIgnoreCase)));
    }

    [GeneratedRegex(" d=\"([^\"]+)\"")]
    private static partial Regex PathData();
}
