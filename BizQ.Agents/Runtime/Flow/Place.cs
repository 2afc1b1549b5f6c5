using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime.Flow;

/// <summary>
/// Where in a run something happens: a node, and the round of a loop it belongs to as <see cref="RunStep.Path"/> says it
/// (empty outside of loops, "each/3" in the fourth round of the node "each").
/// </summary>
public readonly record struct Place(string Path, string NodeId)
{
    public static Place Of(RunStep step) => new(step.Path, step.NodeId);

    public override string ToString() => Path.Length == 0 ? NodeId : $"{Path}/{NodeId}";
}
