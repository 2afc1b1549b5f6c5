namespace BizQ.Agents.Models;

/// <summary>What one task has cost so far over all models that were asked, and what it may still cost.</summary>
internal sealed class Bill(decimal? left)
{
    public int InputTokens { get; private set; }

    public int OutputTokens { get; private set; }

    public decimal CostUsd { get; private set; }

    public void Add(EndpointOptions options, long inputTokens, long outputTokens)
    {
        InputTokens += (int)Math.Min(int.MaxValue, inputTokens);
        OutputTokens += (int)Math.Min(int.MaxValue, outputTokens);
        CostUsd += options.CostOf(inputTokens, outputTokens);
    }

    /// <summary>Before every call: is there money for at least the question? A model that costs nothing is always affordable.</summary>
    public void MustAllow(EndpointOptions options, long inputTokens)
    {
        if (left is { } most && options.CostOf(inputTokens, 1) is > 0 and var least && CostUsd + least > most)
            throw new ModelException("budgetSpent", $"Asking {options.Name} would cost more than what is left for models: {Math.Max(0, most - CostUsd):0.####} US dollars. The limits are the agent's cost per run and Models:DailyBudgetUsd.", retryable: false);
    }

    public ModelUse Use(string model, double durationMs) => new(model, InputTokens, OutputTokens, CostUsd, durationMs);
}
