using AngleSharp.Dom;

namespace BizQ.Core.Mail.Reading;

/// <summary>
/// Down and along a tree without recursion, because the depth is the sender's choice, and without asking a node for its next
/// sibling, because AngleSharp looks that up from the first: 120,000 paragraphs side by side took over ten seconds.
/// </summary>
internal static class HtmlWalk
{
    /// <param name="enter">True when the children count too. A node without children is not left.</param>
    public static void Through(INode root, Func<INode, bool> enter, Action<IElement> leave)
    {
        var open = new Stack<(INode Node, int Next)>();
        if (enter(root))
            open.Push((root, 0));
        while (open.TryPop(out var at))
        {
            if (at.Next == at.Node.ChildNodes.Length)
            {
                if (at.Node is IElement left && at.Node != root)
                    leave(left);
                continue;
            }
            open.Push((at.Node, at.Next + 1));
            var child = at.Node.ChildNodes[at.Next];
            if (enter(child) && child.HasChildNodes)
                open.Push((child, 0));
        }
    }
}
