using BizQ.Agents.Models.Endpoints;
using BizQ.Core;
using Microsoft.Extensions.AI;

namespace BizQ.Agents.Models.ToolUse;

/// <summary>What a model calls for, held against what it was offered. What is wrong with a call is told to the model, and only that.</summary>
internal static class ReadCalls
{
    /// <summary>How often in a row a model may call wrongly and nothing else before it is no use.</summary>
    private const int MostWrong = 3;
    private const int LongestId = 64;
    private const int LongestName = 100;

    public static IReadOnlyList<ToolCalled> Of(IReadOnlyList<FunctionCallContent> calls, Dialog dialog, TurnRules rules)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        // The protocol wants an answer to every call; so many that they are not even listed are no call but a fault.
        if (calls.Count > rules.MostCalls * 4)
            throw new ModelException("tooManyCalls", $"The model called for {calls.Count} tools at once; {rules.MostCalls} are the most.", retryable: true);
        var read = calls.Select((call, index) => Read(call, index, taken, dialog, rules)).ToList();
        if (read.TrueForAll(IsWrong) && dialog.Past.Reverse().TakeWhile(turn => turn.Said.Calls is { Count: > 0 } before && before.All(IsWrong)).Count() >= MostWrong - 1)
            throw new ModelException("callsUnusable", $"The model called tools wrongly {MostWrong} times in a row. {read[0].Problem}", retryable: false);
        return read;
    }

    private static bool IsWrong(ToolCalled call) => call.Problem is not null;

    private static ToolCalled Read(FunctionCallContent call, int index, HashSet<string> taken, Dialog dialog, TurnRules rules)
    {
        var id = call.CallId is { Length: > 0 and <= LongestId } given && taken.Add(given) ? given : $"call_{dialog.Turn + 1}_{index + 1}";
        taken.Add(id);
        var offer = rules.Offers.FirstOrDefault(one => one.Name == call.Name);
        var arguments = call.Exception is null && call.Arguments is { } said ? Json.Element(said) : Json.EmptyObject;
        var read = new ToolCalled(id, offer?.Tool ?? Short(call.Name), arguments, offer?.Title);
        var problem = index >= rules.MostCalls ? $"At most {rules.MostCalls} tools can be called at once. Call this one again in your next turn if it is still needed."
            : offer is null ? $"There is no tool '{Short(call.Name)}'. There are {string.Join(", ", rules.Offers.Select(one => one.Name))}."
            : call.Exception is not null ? "The arguments are not one JSON object."
            : arguments.GetRawText().Length > Endpoint.MostCharacters ? "The arguments are longer than any call needs."
            : offer.ProblemOf(arguments);
        return problem is null ? read : read with { Problem = problem, Arguments = arguments.GetRawText().Length > Endpoint.MostCharacters ? Json.EmptyObject : arguments };
    }

    private static string Short(string name) => name.Length <= LongestName ? name : name[..LongestName];
}
