using BizQ.Agents.Models.Endpoints;
using BizQ.Core;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Models.ToolUse;

/// <summary>
/// Finds a model for one turn of a tool loop: the connected ones that take tools, in the configured order. The budget is looked at
/// before every call. What was said is the journal's, so another model can go on where one has failed.
/// </summary>
public sealed class ModelTurns(ModelRouter router, ConnectedModels connected, AskTurn ask, TimeProvider clock, ILogger<ModelTurns> log)
{
    public async Task<ModelAnswer> Run(ModelTask task, Dialog dialog, TurnRules rules, CancellationToken cancel)
    {
        var since = clock.GetTimestamp();
        var endpoints = Endpoints(task);
        var bill = new Bill(await router.Left(task, cancel));
        ModelException? last = null;
        foreach (var endpoint in endpoints)
        {
            try
            {
                var said = await ask.Run(endpoint, task, dialog, rules, bill, cancel);
                return new ModelAnswer(Json.Element(said), bill.Use(endpoint.Title, clock.GetElapsedTime(since).TotalMilliseconds));
            }
            catch (ModelException problem)
            {
                log.LogWarning(problem.Code == "modelGarbled" ? problem : null, "The model {Model} could not do turn {Turn} of {Task}: {Message} ({Code})", endpoint.Title, dialog.Turn + 1, task.Kind, problem.Message, problem.Code);
                last = problem;
            }
        }
        throw new ModelException(last!.Code, last.Message, last.Retryable, last) { Use = bill.Use(endpoints[^1].Title, clock.GetElapsedTime(since).TotalMilliseconds) };
    }

    /// <summary>Those that may be asked; never none.</summary>
    public IReadOnlyList<Endpoint> Endpoints(ModelTask task)
    {
        var able = connected.All.Where(endpoint => endpoint.Options.ToolCalls).ToList();
        var which = able.Count > 0
            ? $"These can: {string.Join(", ", able.Select(endpoint => endpoint.Options.Name))}."
            : "Connect one that can: add an endpoint under Models:Endpoints in appsettings.json, with ToolCalls as it is (true).";
        if (task.Model is not { Length: > 0 } name)
            return able.Where(endpoint => endpoint.Options.Does(task.Kind)).ToList() is { Count: > 0 } all ? all : throw Unable($"No connected model can use tools for this task, and the built-in one cannot. {which}");
        if (name.Equals(ModelUse.BuiltIn, StringComparison.OrdinalIgnoreCase))
            throw Unable($"The built-in model cannot use tools. {which}");
        var named = connected.Named(name) ?? throw new ModelException("unknownModel", $"No model named '{name}' is connected. {which}", retryable: false);
        return named.Options.ToolCalls ? [named] : throw Unable($"{named.Options.Name} takes no tools (its ToolCalls is false). {which}");
    }

    private static ModelException Unable(string why) => new("needsToolCalls", why, retryable: false);
}
