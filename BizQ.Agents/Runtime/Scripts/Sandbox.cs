using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// Runs one expression in an engine of its own: made for it and thrown away (two microseconds), so that nothing one
/// workspace's expression does can be seen by another's, and no engine is ever used by two threads.
/// </summary>
internal static class Sandbox
{
    public static Outcome<JsonElement> Run(Script script, JsonElement scope)
    {
        if (script.Stranger(name => scope.TryGetProperty(name, out _), scope.EnumerateObject().Select(p => p.Name)) is { } stranger)
            return Refusal.Invalid("expressionFailed", stranger);
        try
        {
            try
            {
                return Once(script, scope, ScriptLimits.Time);
            }
            catch (TimeoutException)
            {
                return Once(script, scope, ScriptLimits.SecondTime);
            }
        }
        // Whatever a script makes its engine throw is that script's failure and becomes its refusal.
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return Refusal.Invalid("expressionFailed", $"The expression '{script.Short}' failed: it {Reason(problem)}.");
        }
    }

    private static JsonElement Once(Script script, JsonElement scope, TimeSpan time)
    {
        using var engine = new Engine(OptionsFor(scope, time));
        foreach (var name in script.Globals)
        {
            if (scope.TryGetProperty(name, out var value))
                engine.SetValue(name, name == "steps" && script.Reading.AllStepsNamed ? Steps(engine, value, script) : ToScript(engine, value));
        }
        Guards.Install(engine, script.Reading, script.Globals);
        return ScriptJson.Result(engine, engine.Evaluate(script.Prepared));
    }

    private static Options OptionsFor(JsonElement scope, TimeSpan time)
    {
        var options = new Options { Culture = CultureInfo.InvariantCulture, TimeSystem = new StandingClock(scope) };
        options.Strict().TimeoutInterval(time).LimitMemory(ScriptLimits.Memory).MaxStatements(ScriptLimits.Statements)
            .LimitRecursion(ScriptLimits.Recursion).DisableStringCompilation()
            .SetReferencesResolver(Forgiving.Instance, ReferenceResolverInterests.NullishPropertyBase | ReferenceResolverInterests.NonCallableCallee);
        options.Constraints.MaxArraySize = ScriptLimits.ArrayItems;
        options.Constraints.RegexTimeout = ScriptLimits.Regex;
        options.Constraints.StackOverflowGuard = true;
        options.Json.MaxParseDepth = 2 * Json.MaxDepth;
        return options;
    }

    /// <summary>A run's steps may hold megabytes; only those that are named become objects.</summary>
    private static JsObject Steps(Engine engine, JsonElement steps, Script script)
    {
        var named = new JsObject(engine);
        foreach (var id in script.NamedSteps)
        {
            if (steps.ValueKind == JsonValueKind.Object && steps.TryGetProperty(id, out var step))
                named.Set(id, ToScript(engine, step));
        }
        return named;
    }

    private static JsValue ToScript(Engine engine, JsonElement value) => new JsonParser(engine).Parse(JsonMarshal.GetRawUtf8Value(value));

    private static string Reason(Exception problem) => problem switch
    {
        ScriptLimitException limit => limit.Message,
        JavaScriptException script => $"says '{script.Message.TrimEnd('.')}'",
        TimeoutException or RegexMatchTimeoutException => $"takes longer than {ScriptLimits.Time.TotalMilliseconds} ms",
        StatementsCountOverflowException => $"takes more than {ScriptLimits.Statements:N0} steps",
        RecursionDepthOverflowException or InsufficientExecutionStackException => $"calls itself more than {ScriptLimits.Recursion} deep",
        MemoryLimitExceededException or OutOfMemoryException => $"needs more than {ScriptLimits.Memory / 1_000_000} MB, or a list of more than {ScriptLimits.ArrayItems:N0} items",
        _ => $"cannot be run ({problem.GetType().Name})",
    };
}
