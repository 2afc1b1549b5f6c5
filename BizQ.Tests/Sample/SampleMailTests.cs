using System.Diagnostics;
using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Core.Sample;
using BizQ.Core.Validation;
using BizQ.Tests.Kit;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Tests.Sample;

/// <summary>Every mail of the sample business ends as its story says, by the built-in model alone.</summary>
public sealed class SampleMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dump()
    {
        await using var host = await TestHost.Start(Engine.Sqlite);
        var actor = await host.NewWorkspace("Tarnwick Outdoor");
        var watch = Stopwatch.StartNew();
        var installed = await host.Get<InstallSample>().Run(actor, Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine($"installed in {watch.ElapsedMilliseconds} ms {Json.Text(installed.Refusal)}");
        foreach (var mail in (await host.Get<SampleMails>().Run(actor, Cancel)).Value)
        {
            var receipt = (await host.Get<TrySampleMail>().Run(actor, mail.Name, null, Cancel)).Value;
            Console.WriteLine($"##### {mail.Name}: {receipt.Class} {receipt.NotAnswered}");
            foreach (var id in receipt.Runs)
            {
                var run = await host.Until(actor.WorkspaceId, async db => await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id && r.Status != RunStatus.Queued && r.Status != RunStatus.Running, Cancel), "end");
                await using var db = host.Database.Open(actor.WorkspaceId);
                var steps = await db.RunSteps.Where(s => s.RunId == id).OrderBy(s => s.Sequence).ToListAsync(Cancel);
                Console.WriteLine($"{run.Status} {Json.Text(run.Error)} [{string.Join(" ", steps.Select(s => s.NodeId + (s.Status == StepStatus.Succeeded ? "" : ":" + s.Status)))}] intent={steps.FirstOrDefault(s => s.NodeId == "intent")?.Output?.GetRawText()}");
                var effect = await db.Effects.FirstOrDefaultAsync(e => e.RunId == id, Cancel);
                if (effect is null) continue;
                Console.WriteLine($"{effect.Target} {effect.State} {effect.Verdict}\n{JsonElement(effect.Arguments, "subject")}\n{JsonElement(effect.Arguments, "text")}");
                foreach (var f in Json.Read<List<Finding>>(effect.Findings!.Value)!)
                    Console.WriteLine($"   * {f.Verdict} {f.Check}/{f.Reason}: {f.Message}");
            }
        }
    }

    private static string JsonElement(string json, string name) => System.Text.Json.JsonElement.Parse(json).GetProperty(name).GetString()!;
}
