namespace BizQ.Agents.Models;

/// <summary>How an endpoint is told the shape of an answer. Schema: JSON Schema in the request. Json: "JSON, please". Prompt: words only.</summary>
public enum StructuredOutput { Schema, Json, Prompt }

/// <summary>The section "Models" of the configuration. With no endpoints everything is done by the built-in model.</summary>
public sealed record ModelOptions
{
    public const string Section = "Models";

    /// <summary>Larger models, in the order they are asked.</summary>
    public IReadOnlyList<EndpointOptions> Endpoints { get; init; } = [];

    /// <summary>US dollars that one workspace's models may cost in a day (UTC); 0 for no limit. The built-in model costs nothing.</summary>
    public decimal DailyBudgetUsd { get; init; }
}

/// <summary>One model behind the chat completions protocol of OpenAI, which most hosts and local servers speak.</summary>
public sealed record EndpointOptions
{
    /// <summary>What agents and pages call it.</summary>
    public string Name { get; init; } = "";
    /// <summary>The address before "/chat/completions", such as https://api.openai.com/v1.</summary>
    public string BaseUrl { get; init; } = "";
    /// <summary>The model's name as the endpoint knows it.</summary>
    public string Model { get; init; } = "";
    /// <summary>The environment variable that holds the key; empty for a server that asks for none. The key itself never stands in a file.</summary>
    public string KeyVariable { get; init; } = "";
    /// <summary>What it is asked for; empty for everything.</summary>
    public IReadOnlyList<ModelTaskKind> Tasks { get; init; } = [];
    /// <summary>When streaming the longest silence, else the longest wait for the whole answer.</summary>
    public int TimeoutSeconds { get; init; } = 60;
    /// <summary>How often a failure that may pass (busy, unreachable, silent) is tried again.</summary>
    public int MaxRetries { get; init; } = 2;
    public int MaxOutputTokens { get; init; } = 4000;
    /// <summary>0 to 2; left out, the endpoint's own. Some models allow only their own.</summary>
    public float? Temperature { get; init; }
    /// <summary>Whether the answer is taken as it is written: a slow one is then not mistaken for a dead one.</summary>
    public bool Stream { get; init; } = true;
    public StructuredOutput StructuredOutput { get; init; }
    /// <summary>Whether it can be given tools; false for a server that does not know them.</summary>
    public bool ToolCalls { get; init; } = true;
    /// <summary>US dollars per million tokens that are sent.</summary>
    public decimal InputPrice { get; init; }
    /// <summary>US dollars per million tokens that are written.</summary>
    public decimal OutputPrice { get; init; }

    public bool Does(ModelTaskKind kind) => Tasks.Count == 0 || Tasks.Contains(kind);

    public decimal CostOf(long inputTokens, long outputTokens) => (inputTokens * InputPrice + outputTokens * OutputPrice) / 1_000_000m;
}
