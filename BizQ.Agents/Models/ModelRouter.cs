using System.Text.Json;
using BizQ.Agents.Models.BuiltIn;
using BizQ.Agents.Models.Endpoints;
using BizQ.Core.Models;
using BizQ.Core.Workspaces;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Models;

/// <summary>
/// Finds a model for a task and lets it do it: the connected ones in the configured order, then the built-in one where it can.
/// The budget is looked at again before every call; an answer that is known already costs nothing.
/// </summary>
public sealed class ModelRouter(
    BuiltInModel builtIn, ConnectedModels connected, AskEndpoint ask, KnownAnswers known, ReadModelUsage usage, TimeProvider clock, ILogger<ModelRouter> log)
{
    public async Task<ModelAnswer> Run(ModelTask task, CancellationToken cancel)
    {
        var since = clock.GetTimestamp();
        var endpoints = Endpoints(task);
        var bill = new Bill(endpoints.Count > 0 ? await Left(task, cancel) : null);
        ModelException? last = null;
        foreach (var endpoint in endpoints)
        {
            var key = KnownAnswers.KeyOf(endpoint, task);
            if (known.Find(key) is { } answer)
                return new ModelAnswer(answer, bill.Use(endpoint.Title, Spent(since)));
            try
            {
                var output = await ask.Run(endpoint, task, bill, cancel);
                known.Keep(key, output);
                return new ModelAnswer(output, bill.Use(endpoint.Title, Spent(since)));
            }
            catch (ModelException problem)
            {
                // The sentence says it all and holds no key; only what the client library stumbled over needs the details.
                log.LogWarning(problem.Code == "modelGarbled" ? problem : null, "The model {Model} could not do {Task}: {Message} ({Code})", endpoint.Title, task.Kind, problem.Message, problem.Code);
                last = problem;
            }
        }
        if (last is not null && !BuiltInModel.Can(task))
            throw new ModelException(last.Code, last.Message, retryable: false, last) { Use = bill.Use(endpoints[^1].Title, Spent(since)) };
        return new ModelAnswer(await BuiltIn(task, cancel), bill.Use(ModelUse.BuiltIn, Spent(since)));
    }

    /// <summary>Which models do such a task, in the order they are asked.</summary>
    public IReadOnlyList<string> Order(ModelTaskKind kind) =>
        [.. connected.All.Where(endpoint => endpoint.Options.Does(kind)).Select(endpoint => endpoint.Options.Name), .. kind == ModelTaskKind.Free ? Array.Empty<string>() : [ModelUse.BuiltIn]];

    private IReadOnlyList<Endpoint> Endpoints(ModelTask task)
    {
        if (task.Model is null or "")
            return NeedsNoModel(task) ? [] : [.. connected.All.Where(endpoint => endpoint.Options.Does(task.Kind))];
        if (task.Model.Equals(ModelUse.BuiltIn, StringComparison.OrdinalIgnoreCase))
            return [];
        var named = connected.Named(task.Model)
            ?? throw new ModelException("unknownModel", $"No model named '{task.Model}' is connected. There {(connected.All.Count == 0 ? "is only" : "are " + string.Join(", ", connected.All.Select(e => e.Options.Name)) + " and")} the built-in one.", retryable: false);
        return NeedsNoModel(task) ? [] : [named];
    }

    /// <summary>An answer may rest on passages only; without any there is nothing to ask a model for.</summary>
    private static bool NeedsNoModel(ModelTask task) => task is { Kind: ModelTaskKind.Answer, Evidence: null or { Count: 0 } };

    /// <summary>What the workspace's models may still cost for this task; null for no limit.</summary>
    internal async Task<decimal?> Left(ModelTask task, CancellationToken cancel)
    {
        if (connected.DailyBudgetUsd == 0)
            return task.BudgetUsd;
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var used = (await usage.Run(Actor.System(task.WorkspaceId), today, cancel)).Value.Sum(model => model.CostUsd);
        return Math.Min(task.BudgetUsd ?? decimal.MaxValue, connected.DailyBudgetUsd - used);
    }

    private async Task<JsonElement> BuiltIn(ModelTask task, CancellationToken cancel)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [nameof(ModelTask)] = task } };
        return JsonElement.Parse((await builtIn.GetResponseAsync([], options, cancel)).Text);
    }

    private double Spent(long since) => clock.GetElapsedTime(since).TotalMilliseconds;
}
