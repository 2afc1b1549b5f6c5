using BizQ.Agents.Nodes;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Approvals;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Agents;

namespace BizQ.Tests.Runtime.Journals;

/// <summary>
/// Not a test but the command that records: <c>dotnet run --project BizQ.Tests -- -explicit only -class BizQ.Tests.Runtime.Journals.RecordJournals</c>.
/// It adds a file for each story that has none in the current format; what is recorded once is never recorded again.
/// </summary>
public sealed class RecordJournals
{
    private readonly Script _script = new();

    [Fact(Explicit = true)]
    public Task Branches_that_meet_again() => Record("branches", Answering(Graphs.Definition("start:trigger fork a b join end:output", "start>fork fork>a:yes fork>b:no a>join b>join join>end")),
        script => script.On("fork", _ => Script.Says(new { @case = "yes" })), Ended);

    [Fact(Explicit = true)]
    public Task A_question_that_is_answered_with_no() => Record("rejected", Graphs.Definition("start:trigger ask slow yes no", "start>ask start>slow ask>yes:approved ask>no:rejected"),
        script => script.On("ask", _ => new NodeResult.Ask("Right?", "It matters.", Json.Element(new { shown = true }))),
        (stage, run) => Decide(stage, run, approve: false));

    [Fact(Explicit = true)]
    public Task An_effect_that_is_approved() => Record("effect", Acting,
        script => script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" }))),
        (stage, run) => Decide(stage, run, approve: true));

    [Fact(Explicit = true)]
    public Task An_effect_that_is_rejected() => Record("effect-rejected", Acting,
        script => script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" }))),
        (stage, run) => Decide(stage, run, approve: false));

    [Fact(Explicit = true)]
    public Task An_effect_of_which_nobody_knows() => Record("effect-uncertain", Acting,
        script =>
        {
            script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" })));
            script.Tool.Answer = (_, _) => Task.FromResult<ToolResult>(new ToolResult.Uncertain("The line went dead."));
        },
        async (stage, run) =>
        {
            var asked = await stage.Until(run.Id, RunStatus.WaitingForApproval);
            Assert.True((await stage.Decide(asked.Approvals[0], approve: true)).Ok);
            var doubt = await stage.Until(run.Id, detail => detail.Approvals.Any(a => a is { Kind: ApprovalKind.Uncertain, State: ApprovalState.Open }), "the doubt");
            Assert.True((await stage.Decide(doubt.Approvals.Single(a => a.State == ApprovalState.Open), approve: true, answer: "sent")).Ok);
            await stage.Ended(run.Id);
        });

    [Fact(Explicit = true)]
    public Task A_failure_that_is_tried_again()
    {
        var broken = true;
        return Record("retried", Graphs.Definition("start:trigger a b end", "start>a start>b a>end b>end"),
            script => script.On("a", _ => broken ? new NodeResult.Failed("broken", "It is broken.") : Script.Says(new { ok = true })),
            async (stage, run) =>
            {
                await stage.Until(run.Id, RunStatus.Failed);
                broken = false;
                Assert.True((await stage.Host.Get<RetryRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);
                await stage.Until(run.Id, RunStatus.Succeeded);
            });
    }

    [Fact(Explicit = true)]
    public Task A_run_that_is_cancelled_while_it_asks() => Record("cancelled", Acting,
        script => script.On("act", _ => new NodeResult.Propose("test.once", Json.Element(new { what = "this" }))),
        async (stage, run) =>
        {
            await stage.Until(run.Id, RunStatus.WaitingForApproval);
            Assert.True((await stage.Host.Get<CancelRun>().Run(stage.Owner, run.Id, TestContext.Current.CancellationToken)).Ok);
        });

    [Fact(Explicit = true)]
    public Task A_run_that_takes_too_many_steps() => Record("parked", Graphs.Definition("start:trigger a b c", "start>a a>b b>c", maxSteps: 2), _ => { }, (stage, run) => stage.Until(run.Id, RunStatus.Parked));

    [Fact(Explicit = true)]
    public Task A_mail_that_is_answered() => Record("mail", Json.Read<AgentDefinition>(Definitions.Desk)!, _ => { }, (stage, run) => Decide(stage, run, approve: true),
        """
        { "kind": "mail", "mail": { "id": "0193c000-0000-7000-8000-000000000000", "messageId": "one@example.org", "from": { "address": "ada@example.org", "name": "Ada Winter" },
          "to": "support@shop.example", "subject": "My order", "text": "Hello, where is my order? It has not arrived.", "receivedAt": "2026-11-23T08:00:00Z" } }
        """);

    private static AgentDefinition Acting => Graphs.Definition("start:trigger act after", "start>act act>after");

    private static AgentDefinition Answering(AgentDefinition definition) =>
        definition with { Nodes = [.. definition.Nodes.Select(node => node.Kind == "output" ? node with { Settings = Json.Element(new { value = "{{ run.agentName }}" }) } : node)] };

    private static Task Ended(Stage stage, Run run) => stage.Ended(run.Id);

    private static async Task Decide(Stage stage, Run run, bool approve)
    {
        var asked = await stage.Until(run.Id, RunStatus.WaitingForApproval);
        Assert.True((await stage.Decide(asked.Approvals.Single(a => a.State == ApprovalState.Open), approve, "Because of a reason")).Ok);
        await stage.Ended(run.Id);
    }

    private async Task Record(string name, AgentDefinition definition, Action<Script> tell, Func<Stage, Run, Task> play, string input = """{"kind":"manual","input":{"n":1}}""")
    {
        var file = Path.Combine(RecordedJournal.Folder, $"{RecordedJournal.CurrentFormat}-{name}.json");
        if (File.Exists(file))
            return;
        tell(_script);
        await using var stage = await Stage.Set(Engine.Sqlite, _script, more: Recorder.Register);
        var run = await stage.Start(await stage.Agent(definition), input: input);
        await play(stage, run);
        var recorded = await stage.Host.Get<Recorder>().Of(run.Id, TestContext.Current.TestMethod!.MethodName.Replace('_', ' '), definition);
        await File.WriteAllTextAsync(file, recorded.Write(), TestContext.Current.CancellationToken);
    }
}
