using System.Text.Json;
using BizQ.Agents.Runtime.Journal;
using BizQ.Core;
using BizQ.Core.Agents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BizQ.Tests.Runtime.Journals;

/// <summary>Stands between the run loop and the database and writes down how every run stands whenever it was read or committed.</summary>
internal sealed class Recorder(LoadRun load, StoredRuns stored, TimeProvider clock) : IRunStore
{
    private readonly Dictionary<Guid, List<(LoadedRun Run, DateTimeOffset At)>> _seen = [];
    private readonly Lock _gate = new();

    public static void Register(IServiceCollection services) =>
        services.RemoveAll<IRunStore>().AddSingleton<Recorder>().AddSingleton<IRunStore>(provider => provider.GetRequiredService<Recorder>());

    public async Task<LoadedRun?> Find(Guid runId, CancellationToken cancel)
    {
        await Look(runId);
        return await load.Find(runId, cancel);
    }

    public async Task<bool> Commit(JournalEntry entry)
    {
        var committed = await stored.Commit(entry);
        await Look(entry.Run.Id);
        return committed;
    }

    /// <summary>All of a run, told as it would be told to whoever reads it later.</summary>
    public async Task<RecordedJournal> Of(Guid runId, string title, AgentDefinition definition)
    {
        await Look(runId);
        var recorded = new RecordedJournal(RecordedJournal.CurrentFormat, title, Json.Element(definition), []);
        var graph = recorded.Compile();
        var moments = new List<Moment>();
        var known = new Dictionary<Guid, string>();
        lock (_gate)
        {
            foreach (var (journal, at) in _seen[runId].Select(seen => (seen.Run.Journal, seen.At)))
            {
                var run = Json.Element(journal.Run);
                var moment = new Moment(
                    run,
                    Fresh(known, journal.Steps, step => step.Id),
                    Fresh(known, journal.Effects.Values, effect => effect.Id),
                    Fresh(known, journal.Approvals.Values, approval => approval.Id),
                    RecordedJournal.Decide(graph, journal, at),
                    at);
                if (moments.Count == 0 || moments[^1].Run.GetRawText() != run.GetRawText() || moment.Steps.Count + moment.Effects.Count + moment.Approvals.Count > 0)
                    moments.Add(moment);
            }
        }
        return recorded with { Moments = moments };
    }

    private async Task Look(Guid runId)
    {
        if (await load.Find(runId, CancellationToken.None) is not { } now)
            return;
        lock (_gate)
        {
            if (!_seen.TryGetValue(runId, out var seen))
                _seen[runId] = seen = [];
            seen.Add((now, clock.GetUtcNow()));
        }
    }

    private static List<JsonElement> Fresh<T>(Dictionary<Guid, string> known, IEnumerable<T> rows, Func<T, Guid> idOf)
    {
        var fresh = new List<JsonElement>();
        foreach (var row in rows)
        {
            var element = Json.Element(row);
            if (known.GetValueOrDefault(idOf(row)) == element.GetRawText())
                continue;
            known[idOf(row)] = element.GetRawText();
            fresh.Add(element);
        }
        return fresh;
    }
}
