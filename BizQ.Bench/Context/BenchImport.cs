using System.Diagnostics;
using System.Globalization;
using System.Text;
using BizQ.Bench.Runs;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Data;
using BizQ.Tests.Kit;

namespace BizQ.Bench.Context;

/// <summary>How long it takes until a table of 100,000 rows with six fields is in, the way a person brings it: taken in, looked at, and imported in the background of a whole BizQ; then as long for the same rows again, and out as files.</summary>
internal sealed class BenchImport : Benchmark
{
    private static readonly string[] Cities = ["Aachen", "Bremen", "Cork", "Dresden", "Essen", "Freiburg", "Ghent", "Hamburg"];
    private static readonly string[] Names = ["Ana Berg", "Ben Okafor", "Carla Ruiz", "David Meyer", "Emma Lund", "Felix Adler", "Greta Holm", "Hugo Marsh"];

    public override string Name => "import";

    public override string About => "s until 100,000 rows of six fields are imported, on both engines, again unchanged, and exported";

    public override async Task Run(Measuring measuring, CancellationToken cancel)
    {
        var rows = measuring.Quick ? 20_000 : 100_000;
        foreach (var engine in new[] { Engine.Sqlite, Engine.Postgres })
        {
            await using var host = await BenchHost.Start(engine);
            var name = engine.ToString().ToLowerInvariant();
            var file = Table(rows);
            await Import(measuring, host, $"{name}.new", file, cancel);
            await Import(measuring, host, $"{name}.again", file, cancel);
            foreach (var format in Enum.GetValues<ExportFormat>())
                await Export(measuring, host, $"{name}.{format.ToString().ToLowerInvariant()}", format, cancel);
        }
        await PostgresServer.StopShared();
    }

    private static async Task Import(Measuring measuring, BenchHost host, string name, byte[] file, CancellationToken cancel)
    {
        measuring.Progress($"{name}: importing");
        var since = Stopwatch.GetTimestamp();
        var taken = Value(await host.Get<AcceptImport>().Run(host.Owner, new AcceptImportRequest("customers.csv", file), cancel));
        measuring.Figure($"import.accept_s.{name}", Stopwatch.GetElapsedTime(since).TotalSeconds, "s", string.Create(CultureInfo.InvariantCulture, $"{file.Length / 1048576.0:0.0} MB"));
        since = Stopwatch.GetTimestamp();
        var seen = Value(await host.Get<PreviewImport>().Run(host.Owner, taken.Id, null, null, null, cancel));
        measuring.Figure($"import.preview_s.{name}", Stopwatch.GetElapsedTime(since).TotalSeconds, "s", $"{seen.Counts.Added} new, {seen.Counts.Changed} changed, {seen.Counts.Unchanged} as they are");
        var (moved, most) = (0, 0.0);
        var cpu = BenchHost.CpuMs();
        var ended = new TaskCompletionSource();
        since = Stopwatch.GetTimestamp();
        using var listening = host.Changes.Subscribe(host.Owner.WorkspaceId, change =>
        {
            if (change.IsIn("imports"))
                _ = Look();
        });
        Value(await host.Get<StartImport>().Run(host.Owner, taken.Id, seen.Mapping, cancel));
        await ended.Task.WaitAsync(cancel);
        var took = Stopwatch.GetElapsedTime(since).TotalSeconds;
        measuring.Figure($"import.run_s.{name}", took, "s", string.Create(CultureInfo.InvariantCulture, $"{seen.Counts.Rows} rows, the bar moved {moved} times; {(BenchHost.CpuMs() - cpu) / 1000:0.0} s of processor time; {BenchHost.Load()}"));
        measuring.Figure($"import.rows_per_s.{name}", seen.Counts.Rows / took, "/s");
        measuring.Figure($"import.memory_mb.{name}", most, "MB", "the most this process held");

        async Task Look()
        {
            moved++;
            most = Math.Max(most, Environment.WorkingSet / 1048576.0);
            if (await host.Get<ReadImports>().One(host.Owner, taken.Id, 1, cancel) is { Ok: true, Value.Import: { Ended: true } import })
            {
                if (import.State == ImportState.Done && import.Failed == 0)
                    ended.TrySetResult();
                else
                    ended.TrySetException(new CouldNotRunException($"{import.State}: {import.Problem ?? $"{import.Failed} rows failed"}"));
            }
        }
    }

    private static async Task Export(Measuring measuring, BenchHost host, string name, ExportFormat format, CancellationToken cancel)
    {
        measuring.Progress($"{name}: exporting");
        var since = Stopwatch.GetTimestamp();
        var file = Value(await host.Get<ExportEntities>().Run(host.Owner, new FindEntitiesRequest("customer"), format, cancel));
        using var folder = new TempFolder();
        await using var to = File.Create(folder.File("export"));
        await file.WriteTo(to, cancel);
        measuring.Figure($"import.export_s.{name}", Stopwatch.GetElapsedTime(since).TotalSeconds, "s", string.Create(CultureInfo.InvariantCulture, $"{to.Length / 1048576.0:0.0} MB"));
    }

    private static byte[] Table(int rows)
    {
        var text = new StringBuilder("Customer number;Name;E-mail;Phone;City;Customer since\n");
        for (var i = 0; i < rows; i++)
        {
            var day = new DateOnly(2015, 1, 1).AddDays(i % 3_000);
            text.Append(CultureInfo.InvariantCulture, $"K-{i:000000};{Names[i % Names.Length]} {i % 977};customer{i}@example.com;+49 30 {i:0000000};{Cities[i % Cities.Length]};{day:dd.MM.yyyy}\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static T Value<T>(Outcome<T> outcome) => outcome.Refusal is { } refusal ? throw new CouldNotRunException($"{refusal.Message} {(refusal.Problems is [var first, ..] ? first.Message : "")}") : outcome.Value;
}
