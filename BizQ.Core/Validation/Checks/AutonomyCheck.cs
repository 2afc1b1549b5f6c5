using BizQ.Core.Agents;

namespace BizQ.Core.Validation.Checks;

/// <summary>How much the agent may do by itself. What it read from outside could have been written to steer it, so then a person looks.</summary>
public sealed class AutonomyCheck : ICheck
{
    public string Name => "autonomy";
    public string Title => "Autonomy";
    public string Summary => "An agent with autonomy \"approve\" asks before every write; one that has read text from outside asks too.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (!input.Operation.Writes)
            yield break;
        if (input.Agent.Autonomy == Autonomy.Approve)
            yield return this.Review("approvalRequired", $"{input.Agent.Name} asks a person before it acts.");
        if (input.Tainted)
            yield return this.Review("readUntrustedText", "This run has read text from outside, which could be written to steer an agent.");
        if (input.Agent.Autonomy == Autonomy.Automatic && !input.Tainted)
            yield return this.Allow("automatic", $"{input.Agent.Name} may act by itself where all checks agree.");
    }
}
