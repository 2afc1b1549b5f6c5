using System.Diagnostics;
using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models;

/// <summary>Finds a model for a task and lets it do it.</summary>
public sealed class ModelRouter(BuiltInModel builtIn)
{
    public async Task<ModelAnswer> Run(ModelTask task, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var options = new ChatOptions { AdditionalProperties = new() { [nameof(ModelTask)] = task } };
        var response = await builtIn.GetResponseAsync([], options, cancel);
        var use = new ModelUse(ModelUse.BuiltIn, 0, 0, 0m, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return new ModelAnswer(JsonElement.Parse(response.Text), use);
    }
}
