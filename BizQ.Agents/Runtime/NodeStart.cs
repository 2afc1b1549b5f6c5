using System.Text.Json;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Context;
using BizQ.Core.Runs;

namespace BizQ.Agents.Runtime;

/// <summary>What a node begins with: read from the journal at once, because that changes while the node works.</summary>
/// <param name="Before">What an earlier attempt left behind that a person has set aside.</param>
/// <param name="Again">The waiting step that is tried again; null for a node's first record.</param>
internal sealed record NodeStart(Run Run, Graph Graph, Due Due, JsonElement Scope, IReadOnlyList<Evidence> Gathered, int Retries, RunStep? Before, RunStep? Again)
{
    /// <summary>Attempts that were made by themselves, without a person setting the step aside.</summary>
    public int Tried => Again is null ? 0 : Again.Attempt - Retries;

    /// <summary>Of a rehearsal: what this place came to in the run it rehearses, where people, time or another agent decided.</summary>
    public JsonElement? Past { get; init; }

    public static NodeStart Of(RunJournal journal, Graph graph, Due due, JsonElement scope, IReadOnlyList<Evidence> gathered, RunStep? again = null) =>
        new(journal.Run, graph, due, scope, gathered, journal.Retries(due.Place), journal.FrameAt(due.Path)?.Before(due.Node.Id), again)
        {
            Past = journal.Past.TryGetValue(due.Place, out var past) ? past : null,
        };
}
