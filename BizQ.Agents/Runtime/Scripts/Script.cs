using Acornima;
using Acornima.Ast;
using Jint;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>One expression, read once: what is wrong with it, or what is needed to run it.</summary>
internal sealed class Script
{
    /// <summary>The engine's own names that an expression may use. Everything else (buffers, proxies, promises, eval, big integers) has no business here.</summary>
    private static readonly HashSet<string> BuiltIns =
    [
        "undefined", "NaN", "Infinity", "Object", "Array", "String", "Number", "Boolean", "Math", "JSON", "Date", "RegExp", "Map", "Set",
        "Error", "TypeError", "RangeError", "isNaN", "isFinite", "parseInt", "parseFloat",
        "encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI",
    ];

    private static readonly ScriptPreparationOptions Preparation = new() { CollectReferencedGlobals = true };

    private Script(string source) => Source = source;

    public string Source { get; }

    /// <summary>For messages: the expression as it was written, shortened.</summary>
    public string Short => Shorten(Source.Trim());

    /// <summary>A sentence; null when the expression can be run.</summary>
    public string? Problem { get; private init; }

    /// <summary>False when it is not JavaScript at all; a forbidden construct still parses.</summary>
    public bool Parses { get; private init; }

    public PlainPath? Path { get; private init; }

    /// <summary>The steps it names, as far as names are written out.</summary>
    public IReadOnlyList<string> NamedSteps { get; private init; } = [];

    /// <summary>What the scope must be searched for.</summary>
    public IReadOnlyList<string> Globals { get; private init; } = [];

    public ScriptReading Reading { get; private init; } = ScriptReading.Nothing;

    public Prepared<Acornima.Ast.Script> Prepared { get; private init; }

    public static Script Read(string source)
    {
        if (source.Length > ScriptLimits.LongestSource)
            return new Script(source) { Problem = $"The expression '{Shorten(source)}' has {source.Length:N0} characters; {ScriptLimits.LongestSource:N0} are the most." };
        if (string.IsNullOrWhiteSpace(source))
            return new Script(source) { Parses = true, Problem = "There is an empty expression, {{ }}: write what it should stand for, such as {{ trigger.mail.subject }}." };
        try
        {
            // The parentheses make an object literal of {a: 1}; the line break lets an expression end with a // comment.
            var prepared = Engine.PrepareScript($"({source}\n)", strict: true, options: Preparation);
            if (prepared.Program!.Body is not [ExpressionStatement])
                return new Script(source) { Problem = $"The expression '{Shorten(source.Trim())}' must be one expression, without semicolons." };
            var reading = ScriptReading.Of(prepared.Program);
            return new Script(source)
            {
                Parses = true,
                Prepared = prepared,
                Reading = reading,
                Globals = [.. prepared.ReferencedGlobals!],
                Path = PlainPath.Of(source),
                NamedSteps = reading.Steps,
                Problem = reading.Forbidden is { } what ? $"The expression '{Shorten(source.Trim())}' uses {what}, which expressions may not." : null,
            };
        }
        catch (Exception problem) when (problem is ParseErrorException or ScriptPreparationException or InsufficientExecutionStackException)
        {
            return new Script(source) { Problem = $"The expression '{Shorten(source.Trim())}' is not valid JavaScript: {Reason(problem)}" };
        }
    }

    /// <summary>A sentence about the first name it uses that nobody knows; null when there is none.</summary>
    public string? Stranger(Func<string, bool> known, IEnumerable<string> names)
    {
        var stranger = Globals.FirstOrDefault(name => !known(name) && !BuiltIns.Contains(name));
        if (stranger is null)
            return null;
        return $"The expression '{Short}' uses '{stranger}', which does not exist here. There are {string.Join(", ", names)} and JavaScript's own {"Math, JSON, Date, String, Number, Object and Array"}.";
    }

    public static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 80 ? line : line[..79] + "…";
    }

    private static string Reason(Exception problem)
    {
        var reason = problem is ParseErrorException { Description: { Length: > 0 } description } ? description
            : problem.InnerException is ParseErrorException { Description: { Length: > 0 } inner } ? inner
            : problem is InsufficientExecutionStackException ? "it is nested too deeply"
            : problem.Message;
        return reason.EndsWith('.') ? reason : reason + ".";
    }
}
