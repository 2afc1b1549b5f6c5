namespace BizQ.Core.Validation.Checks;

/// <summary>Deny unless listed: an agent does only what its definition names.</summary>
public sealed class PermittedCheck : ICheck
{
    public string Name => "permitted";
    public string Title => "Permitted tool";
    public string Summary => "The agent's permissions list the operation it proposes; what is not listed is blocked.";

    public IEnumerable<Finding> Look(CheckInput input) =>
        input.Agent.Permissions.Tools.Contains(input.Operation.Name)
            ? [this.Allow("listed", $"{input.Agent.Name} is permitted to use {input.Operation.Title} ({input.Operation.Name}).")]
            : [this.Block("toolNotPermitted", $"{input.Agent.Name} is not permitted to use {input.Operation.Name}. Add it to the agent's permissions if it should be.", input.Operation.Name)];
}
