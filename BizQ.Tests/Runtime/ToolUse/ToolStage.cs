using System.Text.Json;
using BizQ.Agents.Tools;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Data;
using BizQ.Core.Runs;
using BizQ.Tests.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BizQ.Tests.Runtime.ToolUse;

/// <summary>An agent whose one model may use tools, and the scripted model that it is.</summary>
internal sealed class ToolStage : IAsyncDisposable
{
    private ToolStage(ScriptedModel model, Stage stage, Script script) => (Model, Stage, Script) = (model, stage, script);

    public ScriptedModel Model { get; }

    public Stage Stage { get; }

    public Script Script { get; }

    public ReadingTool Reading { get; private init; } = null!;

    public static Task<ToolStage> Set(Engine engine = Engine.Sqlite, params (string Key, string Value)[] endpoint) => Set(engine, endpoint, null);

    /// <param name="second">Another model, asked where the first one fails.</param>
    public static async Task<ToolStage> Set(Engine engine, (string Key, string Value)[] endpoint, ScriptedModel? second)
    {
        Environment.SetEnvironmentVariable(ModelDesk.KeyVariable, ModelDesk.Key);
        var (model, script, reading) = (await ScriptedModel.Start(), new Script(), new ReadingTool());
        var stage = await Stage.Set(engine, script, more: services => services.AddSingleton<ITool>(reading), settings: [.. ModelDesk.Endpoint(model, more: endpoint), .. second is null ? [] : ModelDesk.Endpoint(second, "second", 1)]);
        return new ToolStage(model, stage, script) { Reading = reading };
    }

    public Task<Agent> Agent(string more = "", string tools = """["context","test.once"]""", int maxSteps = 200, Money? cost = null, string nodes = "start:trigger assist:model done:output", string edges = "start>assist assist>done") =>
        Stage.Agent((Graphs.Definition(nodes, edges, maxSteps) with
        {
            Limits = new LimitsDefinition { MaxSteps = maxSteps, CostPerRun = cost },
            Permissions = new PermissionsDefinition { Tools = ["test.once", "test.again", "test.read"], Recipients = ["customers"] },
        })
            .With("assist", $$"""{ "task": "free", "instruction": "Help.", "input": "{{"{{ trigger.input.ask }}"}}", "tools": {{tools}}{{more}} }""")
            .With("done", """{ "value": "{{ steps.assist.output.text }}" }"""));

    public async Task<RunDetail> Ended(Agent agent) => await Stage.Ended((await Start(agent)).Id);

    public Task<Run> Start(Agent agent) => Stage.Start(agent, input: """{"kind":"manual","input":{"ask":"Where is my order?"}}""");

    public async Task<IReadOnlyList<RunStep>> Steps(Guid run)
    {
        await using var db = Stage.Host.Database.Open(Stage.Owner.WorkspaceId);
        return await db.RunSteps.AsNoTracking().Where(s => s.RunId == run).OrderBy(s => s.Sequence).ToListAsync();
    }

    public static string Lines(IEnumerable<RunStep> steps) => string.Join('\n', steps.Select(s => $"{(s.Path.Length == 0 ? "" : s.Path + "/")}{s.NodeId} {s.Kind} {s.Status}"));

    /// <summary>What the model was told of its calls in the last request.</summary>
    public IReadOnlyList<string> Told() =>
        [.. Model.Requests.Last().Body.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == "tool").Select(m => m.GetProperty("content").ToString())];

    public static string? CodeOf(RunStep step) => step.Error is { } error ? error.GetProperty("code").GetString() : null;

    public async ValueTask DisposeAsync()
    {
        await Stage.DisposeAsync();
        await Model.DisposeAsync();
    }
}

/// <summary>A tool that only reads: what stands in a stock list somewhere outside.</summary>
internal sealed class ReadingTool : ITool
{
    public int Reads { get; private set; }

    public string Stock { get; set; } = "3 left";

    public IReadOnlyList<OperationDescription> Operations { get; } =
    [
        new("test.read", "Read the stock", "Says how many are left.", JsonElement.Parse("""{"type":"object","additionalProperties":false,"required":["item"],"properties":{"item":{"type":"string"}}}"""), Writes: false, Idempotent: true, UndoWay.Irreversible),
    ];

    public Aim AimOf(string operation, JsonElement arguments) => new(null, null);

    public Task<ToolResult> Execute(ToolCall call, CancellationToken cancel)
    {
        Reads++;
        return Task.FromResult<ToolResult>(new ToolResult.Done(Json.Element(new { stock = Stock })));
    }
}
