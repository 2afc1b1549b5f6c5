using System.Globalization;
using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Effects;
using BizQ.Core.Runs;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Runtime.Journals;

/// <summary>
/// A run as it was recorded once, by the BizQ of that day: the definition, and every moment at which its rows were committed
/// or read, with what the interpreter made of them. Any later BizQ must read the rows and come to the same.
/// </summary>
/// <param name="Format">1: steps knew no path (up to commit a5705ec). 2: they do.</param>
internal sealed record RecordedJournal(int Format, string Title, JsonElement Definition, IReadOnlyList<Moment> Moments)
{
    public const int CurrentFormat = 2;

    public static string Folder => Repository.File("BizQ.Tests", "Runtime", "Journals");

    public static RecordedJournal Read(string file) => Json.Read<RecordedJournal>(File.ReadAllText(file))!;

    /// <summary>One row a line, so that a reader and a diff can follow it.</summary>
    public string Write()
    {
        var lines = Moments.Select(moment => string.Create(CultureInfo.InvariantCulture,
            $$"""
                { "decision": {{Json.Text(moment.Decision)}},
                  "at": {{Json.Text(moment.At)}},
                  "run": {{moment.Run.GetRawText()}},
                  "steps": {{Rows(moment.Steps)}},
                  "effects": {{Rows(moment.Effects)}},
                  "approvals": {{Rows(moment.Approvals)}} }
            """));
        return string.Create(CultureInfo.InvariantCulture,
            $$"""
            {
              "format": {{Format}},
              "title": {{Json.Text(Title)}},
              "definition": {{Definition.GetRawText()}},
              "moments": [
            {{string.Join(",\n", lines)}}
              ]
            }

            """);
    }

    /// <summary>The journal as it stood at each moment, when that was, and what was decided then.</summary>
    public IEnumerable<(RunJournal Journal, DateTimeOffset At, string Decision)> Replay()
    {
        var (steps, effects, approvals) = (new Dictionary<Guid, RunStep>(), new Dictionary<Guid, Effect>(), new Dictionary<Guid, Approval>());
        foreach (var moment in Moments)
        {
            Put(steps, moment.Steps, step => step.Id);
            Put(effects, moment.Effects, effect => effect.Id);
            Put(approvals, moment.Approvals, approval => approval.Id);
            var journal = new RunJournal(Json.Read<Run>(moment.Run)!, steps.Values, effects.Values, approvals.Values);
            yield return (journal, moment.At ?? journal.Run.StartedAt, moment.Decision);
        }
    }

    public Graph Compile()
    {
        var (graph, problem) = Graph.Compile(Json.Read<AgentDefinition>(Definition)!);
        Assert.Null(problem);
        return graph!;
    }

    /// <summary>What a process that finds these rows, and is busy with nothing, would do.</summary>
    public static string Decide(Graph graph, RunJournal journal, DateTimeOffset at) => Interpreter.Advance(graph, journal, new HashSet<Place>(), at) switch
    {
        Decision.Go go => string.Join("; ", Parts(go)),
        Decision.Wait { Status: RunStatus.WaitingForApproval } => "wait",
        Decision.Wait wait => $"{Json.Element(wait.Status).GetString()} {wait.WakeAt:O}".TrimEnd(),
        Decision.End end => $"end {end.Output?.GetRawText()}".TrimEnd(),
        Decision.Fail fail => $"fail {Place.Of(fail.Step)}",
        Decision.Park park => $"park {park.Code}",
        var over => over.GetType().Name.ToLowerInvariant(),
    };

    private static IEnumerable<string> Parts(Decision.Go go)
    {
        yield return go.Halt ? "halt" : "go";
        if (go.Start.Count > 0)
            yield return $"start {string.Join(", ", go.Start.Select(due => due.Place))}";
        if (go.Continue.Count > 0)
            yield return $"continue {string.Join(", ", go.Continue.Select(Place.Of))}";
    }

    private static string Rows(IReadOnlyList<JsonElement> rows) =>
        rows.Count == 0 ? "[]" : $"[\n        {string.Join(",\n        ", rows.Select(row => row.GetRawText()))} ]";

    private static void Put<T>(Dictionary<Guid, T> known, IReadOnlyList<JsonElement> rows, Func<T, Guid> idOf)
    {
        foreach (var row in rows.Select(row => Json.Read<T>(row)!))
            known[idOf(row)] = row;
    }
}

/// <param name="Steps">Of these and the following only the rows that differ from the moment before.</param>
/// <param name="Decision">In words, as <see cref="RecordedJournal.Decide"/> writes it.</param>
/// <param name="At">What the clock said; journals of format 1 had no use for it.</param>
internal sealed record Moment(
    JsonElement Run, IReadOnlyList<JsonElement> Steps, IReadOnlyList<JsonElement> Effects, IReadOnlyList<JsonElement> Approvals, string Decision,
    DateTimeOffset? At = null);
