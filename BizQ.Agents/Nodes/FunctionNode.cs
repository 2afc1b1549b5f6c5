using System.Text.Json;
using BizQ.Agents.Functions;
using BizQ.Core.Agents;

namespace BizQ.Agents.Nodes;

/// <summary>Calls JavaScript of the business's own, in a process that can do nothing but compute.</summary>
public sealed class FunctionNode(FunctionPool pool) : INodeKind
{
    public NodeDescription Description { get; } = new(
        "function", "Function", "Computes something with JavaScript of your own.", "Code",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["code"],
              "properties": {
                "code": {
                  "type": "string", "title": "Code", "format": "javascript", "minLength": 1, "maxLength": 100000,
                  "description": "JavaScript with a function run(input) that returns a value. It has no files, no network, no clock but the run's, and at most two seconds and 64 MB."
                },
                "input": { "title": "Input", "description": "What run is given: an {{ expression }}, or an object of several." }
              }
            }
            """),
        "what run returned, at most 1 MB of JSON",
        ["/input", "/input/**"])
    {
        Rules =
        [
            "Each call gets an engine of its own; nothing is left of it for the next one. A process serves one workspace only.",
            "A promise is awaited, but nothing can happen later: there are no timers. `Date` stands at the run's time in UTC, and `Math.random` is refused, so that a run comes out the same when it is looked at again.",
            "Its end at 1.5 s of processor time is told with the line it was in; at 1.75 s the operating system ends the process. The rest of what keeps it in is in [functions.md](functions.md).",
            "Codes of its errors: `functionSyntax`, `functionFailed`, `functionTooSlow`, `functionTooLarge`, `functionTooDeep`, `functionInput`, `functionResult`, `functionCrashed`; worth another try are `functionLost`, `functionTimedOut`, `functionsBusy` and `functionsUnavailable`.",
        ],
    };

    public async Task<NodeResult> Run(NodeRun run, CancellationToken cancel)
    {
        var input = run.Settings.TryGetProperty("input", out var given) ? given : JsonElement.Parse("null");
        var now = run.Scope.TryGetProperty("now", out var at) && at.TryGetDateTimeOffset(out var time) ? time : DateTimeOffset.UnixEpoch;
        return await pool.Call(run.WorkspaceId, run.Settings.GetProperty("code").GetString()!, input, now, cancel) switch
        {
            FunctionAnswer.Returned returned => new NodeResult.Completed(returned.Value),
            FunctionAnswer.Failed failed => new NodeResult.Failed(failed.Code, failed.Sentence, failed.Retryable),
            _ => throw new InvalidOperationException("A function answered something that is no answer."),
        };
    }
}
