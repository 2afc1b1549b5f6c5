namespace BizQ.Core.Validation.Checks;

/// <summary>An effect moves no more money than the agent's limit, and none at all where no limit is set.</summary>
public sealed class AmountCheck : ICheck
{
    public string Name => "amount";
    public string Title => "Amount within limit";
    public string Summary => "The money an operation moves is within limits.amountPerEffect of the agent. Without a limit no money may move; another currency than the limit's is for a person to weigh.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (input.Aim.Amount is not { } amount)
            return [];
        if (amount.Value <= 0)
            return [this.Block("amountNotPositive", $"{amount} is not an amount that can be moved.", amount.ToString())];
        if (input.Agent.Limits.AmountPerEffect is not { } limit)
            return [this.Block("noAmountAllowed", $"This would move {amount}, but {input.Agent.Name} has no limit for amounts and may move none.", amount.ToString())];
        if (!amount.Currency.Equals(limit.Currency, StringComparison.OrdinalIgnoreCase))
            return [this.Review("otherCurrency", $"{amount} is in another currency than the agent's limit of {limit}: decide whether it is within it.", amount.ToString())];
        return amount.Value > limit.Value
            ? [this.Block("aboveLimit", $"{amount} is above the agent's limit of {limit}.", amount.ToString())]
            : [this.Allow("withinLimit", $"{amount} is within the agent's limit of {limit}.", amount.ToString())];
    }
}
