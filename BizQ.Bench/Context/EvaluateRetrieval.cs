using System.Diagnostics;
using System.Text;
using BizQ.Bench.Runs;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Core.Workspaces;
using BizQ.Tests.Kit;

namespace BizQ.Bench.Context;

/// <summary>
/// Whether search finds what people judged to be right: nDCG@10 (an answer counts one, whatever its grade), through the product's
/// own way in and way out, on both databases, each way of searching alone and all together. No model is connected.
/// </summary>
internal sealed class EvaluateRetrieval : Evaluation
{
    /// <summary>How the questions are parted to show how much chance is in a figure.</summary>
    private const int Folds = 5;

    public override string Name => "retrieval";

    public override string About => "nDCG@10 of search on collections in the Cranfield format and on StackFAQ, each way alone and fused, on both databases";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        var collections = RetrievalData.Read(measuring);
        foreach (var engine in new[] { Engine.Postgres, Engine.Sqlite })
        {
            await using var host = await BenchHost.Start(engine);
            foreach (var collection in collections)
                await Run(measuring, host, engine, collection, cancel);
            await ShopQuestions.Run(measuring, host, engine, cancel);
        }
        await PostgresServer.StopShared();
    }

    private static async Task Run(Measuring measuring, BenchHost host, Engine engine, Collection collection, CancellationToken cancel)
    {
        var actor = await Workspaces.Make(host.Database, host.Get<Ids>(), TimeProvider.System, collection.Name);
        var numbers = await TakeIn(measuring, host, actor, collection, cancel);
        var since = Stopwatch.GetTimestamp();
        await host.Get<WorkspaceMeanings>().Ready(actor.WorkspaceId);
        var learned = Stopwatch.GetElapsedTime(since);
        // The figures without the engine's name are PostgreSQL's.
        var name = engine == Engine.Postgres ? collection.Name : $"{collection.Name}.sqlite";
        foreach (var mode in Enum.GetValues<SearchMode>())
        {
            since = Stopwatch.GetTimestamp();
            List<double> found = [];
            foreach (var question in collection.Questions)
                found.Add(SearchGain.Of([.. (await Ask(host, actor, question, mode, numbers, cancel)).Select(question.Answers.Contains)], question.Answers.Count));
            var folds = Enumerable.Range(0, Folds).Select(fold => found.Where((_, i) => i % Folds == fold).Average()).ToList();
            var each = Stopwatch.GetElapsedTime(since).TotalMilliseconds / collection.Questions.Count;
            measuring.Figure($"{name}.{(mode == SearchMode.Hybrid ? "" : mode.ToString().ToLowerInvariant() + ".")}ndcg10", found.Average(), "", FormattableString.Invariant($"folds {folds.Min():0.000}–{folds.Max():0.000}, {each:0.0} ms a question"));
        }
        measuring.Figure($"{name}.learned_s", learned.TotalSeconds, "s", $"until {collection.Texts.Count} texts are found by meaning; {BenchHost.Load()}");
    }

    /// <summary>As documents, the way they come in from people; the same content twice is one document for several numbers.</summary>
    private static async Task<ILookup<Guid, int>> TakeIn(Measuring measuring, BenchHost host, Actor actor, Collection collection, CancellationToken cancel)
    {
        measuring.Progress($"{collection.Name}: taking in {collection.Texts.Count} texts");
        var add = host.Get<AddDocument>();
        List<(Guid Document, int Number)> taken = [];
        for (var number = 0; number < collection.Texts.Count; number++)
        {
            var (title, text) = collection.Texts[number];
            var content = Encoding.UTF8.GetBytes(text.Length > 0 ? text : title);
            if (content.Length == 0)
                continue;
            var added = await add.Run(actor, new AddDocumentRequest($"{number}.txt", "text/plain", content, title.Length > 0 ? title : null, SourceKind.Api, "The collection"), cancel);
            if (!added.Ok)
                throw new CouldNotRunException($"Text {number + 1} of {collection.Name} was refused: {added.Refusal!.Message}");
            taken.Add((added.Value.Id, number));
        }
        measuring.Progress($"{collection.Name}: reading them");
        await host.Get<ReadAccepted>().All(actor.WorkspaceId, cancel);
        return taken.ToLookup(t => t.Document, t => t.Number);
    }

    private static async Task<IReadOnlyList<int>> Ask(BenchHost host, Actor actor, Question question, SearchMode mode, ILookup<Guid, int> numbers, CancellationToken cancel)
    {
        var page = await host.Get<SearchContext>().Run(actor, new SearchQuery(question.Text, Limit: 50) { Mode = mode }, cancel);
        return [.. page.Value.Items.Select(hit => hit.OwnerId).Distinct().SelectMany(document => numbers[document]).Take(SearchGain.Depth)];
    }
}
