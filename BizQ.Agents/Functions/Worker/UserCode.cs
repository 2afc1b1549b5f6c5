using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acornima;
using BizQ.Agents.Runtime.Scripts;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace BizQ.Agents.Functions.Worker;

/// <summary>
/// Calls one user function in an engine made for it and thrown away: no CLR, no code from text, no clock but the run's, nothing
/// random. The engine's own limits give good messages; what holds are the walls around the process.
/// </summary>
internal sealed partial class UserCode
{
    /// <summary>Ways around one engine's limits, into others, or to what other threads do. A function has no use for them.</summary>
    private static readonly string[] Closed = ["Atomics", "SharedArrayBuffer", "ShadowRealm", "WeakRef", "FinalizationRegistry", "eval"];

    private static readonly ScriptPreparationOptions Preparation = new() { FoldConstants = false };

    private readonly Dictionary<string, Prepared<Acornima.Ast.Script>> _prepared = new(StringComparer.Ordinal);

    public FunctionReply Call(FunctionCall call)
    {
        using var engine = new Engine(OptionsFor(call.Now));
        try
        {
            return new FunctionReply(ValueOf(engine, call), null);
        }
        catch (ScriptPreparationException problem) when (problem.InnerException is ParseErrorException inner)
        {
            return Failed(CodeReading.Unreadable(inner));
        }
        catch (JavaScriptException problem)
        {
            var place = problem.Location.Start;
            return Failed("functionFailed", $"The function says '{Sentence(problem.Message)}'.", place.Line > 0 ? (place.Line, place.Column + 1) : null);
        }
        catch (FunctionProblem problem)
        {
            return Failed(problem.Code, problem.Message, problem.Place ?? PlaceIn(engine));
        }
        catch (Exception problem) when (problem is RecursionDepthOverflowException or InsufficientExecutionStackException)
        {
            return Failed("functionTooDeep", $"The function calls itself more than {FunctionLimits.Recursion:N0} deep.", PlaceIn(engine));
        }
        catch (RegexMatchTimeoutException)
        {
            return Failed("functionTooSlow", "A regular expression of the function takes too long for its text.", PlaceIn(engine));
        }
        // A heap that was full once is not trusted with another call.
        catch (OutOfMemoryException)
        {
            return Failed("functionTooLarge", $"The function needs more than {FunctionLimits.MemoryGrowth / 1024 / 1024} MB of memory.", PlaceIn(engine)) with { Retire = true };
        }
        // Whatever else a script makes its engine throw is that script's failure; the engine may be in any state, so the process goes.
        catch (Exception problem)
        {
            return Failed("functionFailed", $"The function cannot be run ({problem.GetType().Name}).", PlaceIn(engine)) with { Retire = true };
        }
    }

    private JsonElement ValueOf(Engine engine, FunctionCall call)
    {
        foreach (var name in Closed)
            engine.Global.RemoveOwnProperty(name);
        Guards.Set((ObjectInstance)engine.Global.Get("Math"), "random", new ClrFunction(engine, "random", (_, _) =>
            throw new FunctionProblem("functionFailed", "The function asks for a random number; a run must come out the same when it is looked at again.")));
        engine.Execute(Prepare(call.Code));
        var run = engine.Evaluate("typeof run === 'function' ? run : undefined");
        if (run.IsUndefined())
            throw new FunctionProblem(CodeReading.NoRun.Code, CodeReading.NoRun.Message);
        var input = new Jint.Native.Json.JsonParser(engine).Parse(JsonMarshal.GetRawUtf8Value(call.Input));
        return Json(engine, Settled(engine, engine.Call(run, JsValue.Undefined, [input])));
    }

    private Prepared<Acornima.Ast.Script> Prepare(string code)
    {
        if (_prepared.TryGetValue(code, out var prepared))
            return prepared;
        // A worker serves one workspace, and seldom more functions than this.
        if (_prepared.Count >= 20)
            _prepared.Clear();
        return _prepared[code] = Engine.PrepareScript(code, "function", strict: true, Preparation);
    }

    /// <summary>An async function's value. Nothing here happens later, so a promise that is not settled now never will be.</summary>
    private static JsValue Settled(Engine engine, JsValue value)
    {
        if (value is not ObjectInstance thing || thing.Get("then") is not { } then || !then.IsCallable())
            return value;
        JsValue? fulfilled = null, rejected = null;
        engine.Call(then, value, [
            new ClrFunction(engine, "fulfilled", (_, a) => fulfilled = a.ElementAtOrDefault(0) ?? JsValue.Undefined),
            new ClrFunction(engine, "rejected", (_, a) => rejected = a.ElementAtOrDefault(0) ?? JsValue.Undefined)]);
        engine.Advanced.ProcessTasks();
        if (rejected is not null)
            throw new FunctionProblem("functionFailed", $"The function says '{Sentence(MessageOf(rejected))}'.") { Place = rejected is ObjectInstance error ? PlaceIn(error.Get("stack").ToString()) : null };
        return fulfilled ?? throw new FunctionProblem("functionFailed", "The function waits for a promise that nothing will ever settle: there are no timers, files or connections here.");
    }

    private static JsonElement Json(Engine engine, JsValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        if (value.IsCallable())
            throw new FunctionProblem("functionResult", "The function returns a function; call it, or return a value from it.");
        if (!new Jint.Native.Json.JsonSerializer(engine).Serialize(value, buffer))
            return JsonElement.Parse("null");
        if (buffer.WrittenCount > FunctionLimits.MostResult)
            throw new FunctionProblem("functionResult", $"The function returns {buffer.WrittenCount:N0} bytes; {FunctionLimits.MostResult:N0} are the most. Return the parts that are needed.");
        try
        {
            return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = Core.Json.MaxDepth - 8 });
        }
        catch (JsonException)
        {
            throw new FunctionProblem("functionResult", $"The function returns something nested more than {Core.Json.MaxDepth - 8} deep.");
        }
    }

    private static Options OptionsFor(DateTimeOffset now)
    {
        var options = new Options { Culture = CultureInfo.InvariantCulture, TimeSystem = new StandingClock(BizQ.Core.Json.Element(new { now })) };
        options.Strict().DisableStringCompilation().LimitRecursion(FunctionLimits.Recursion).Constraint(new ProcessorTime());
        options.Constraints.RegexTimeout = FunctionLimits.Told;
        options.Constraints.StackOverflowGuard = true;
        options.Json.MaxParseDepth = 2 * BizQ.Core.Json.MaxDepth;
        return options;
    }

    private static FunctionReply Failed(FunctionAnswer.Failed problem) => new(null, new ReplyProblem(problem.Code, problem.Message, problem.Line, problem.Column));

    private static FunctionReply Failed(string code, string message, (int Line, int Column)? place) => new(null, new ReplyProblem(code, message, place?.Line, place?.Column));

    private static string MessageOf(JsValue error) => (error is ObjectInstance thing ? thing.Get("message") : error).ToString();

    private static string Sentence(string said) => (said.Length <= 500 ? said : said[..499] + "…").TrimEnd('.');

    private static (int, int)? PlaceIn(Engine engine) => PlaceIn(engine.Advanced.StackTrace);

    private static (int, int)? PlaceIn(string stack) => Place().Match(stack) is { Success: true } place
        ? (int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(place.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex(@"function:(\d{1,6}):(\d{1,6})")]
    private static partial Regex Place();

    /// <summary>What only this file and its engine throw; a script cannot catch it.</summary>
    private sealed class FunctionProblem(string code, string message) : Exception(message)
    {
        public string Code => code;

        public (int Line, int Column)? Place { get; init; }
    }

    /// <summary>Processor time rather than time of day: a busy machine makes nobody's function fail.</summary>
    private sealed class ProcessorTime : Constraint
    {
        private readonly TimeSpan _began = Environment.CpuUsage.TotalTime;

        public override bool IsAmortizable => true;

        public override void Reset()
        {
            // One call is several entries into the engine and has one budget.
        }

        public override void Check()
        {
            if (Environment.CpuUsage.TotalTime - _began > FunctionLimits.Told)
                throw new FunctionProblem("functionTooSlow", $"The function takes more than {FunctionLimits.Told.TotalSeconds} s of processor time.");
        }
    }
}
