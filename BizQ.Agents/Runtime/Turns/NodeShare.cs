namespace BizQ.Agents.Runtime.Turns;

/// <summary>
/// This node's part of what all nodes together may have under way: each takes an equal one, the first of them what is left over, and
/// everyone at least 1. It costs no question to anybody, and is right as soon as the nodes know of each other.
/// </summary>
/// <param name="Nodes">How many nodes are up.</param>
/// <param name="Place">Which of them this is, from 0, in an order all agree on.</param>
public sealed record NodeShare(int Nodes, int Place)
{
    public static readonly NodeShare Alone = new(1, 0);

    public int Of(int most) => Math.Max(1, (most / Nodes) + (Place < most % Nodes ? 1 : 0));
}
