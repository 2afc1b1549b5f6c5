using System.Runtime.InteropServices;
using BizQ.Core.Agents;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Which of a scope's larger parts some nodes may look at, told from their settings: an expression reaches a part by its name
/// only, so a name that stands nowhere is not looked at.
/// </summary>
internal sealed record ScopeNames(bool Trigger, bool Steps)
{
    public static readonly ScopeNames All = new(true, true);

    /// <param name="readsAll">A node whose kind looks round by itself.</param>
    public static ScopeNames In(IEnumerable<NodeDefinition> nodes, Func<NodeDefinition, bool> readsAll)
    {
        var named = new ScopeNames(false, false);
        foreach (var node in nodes)
        {
            if (readsAll(node))
                return All;
            named = new ScopeNames(named.Trigger || Stands(node, "trigger"u8), named.Steps || Stands(node, "steps"u8));
        }
        return named;
    }

    /// <summary>
    /// Letters may be written as escapes, in JSON as in JavaScript: where there is one, anything may stand. A node without any
    /// settings looks at the scope in its own way, as a trigger does.
    /// </summary>
    private static bool Stands(NodeDefinition node, ReadOnlySpan<byte> name) =>
        node.Settings is not { ValueKind: not System.Text.Json.JsonValueKind.Undefined } settings
        || (JsonMarshal.GetRawUtf8Value(settings) is var text && (text.IndexOf(name) >= 0 || text.IndexOf("\\"u8) >= 0));
}
