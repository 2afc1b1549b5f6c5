using System.Text;
using System.Text.Json;
using BizQ.Agents.Runtime.Scripts;
using BizQ.Core;
using BizQ.Core.Agents;

namespace BizQ.Agents.Runtime;

/// <summary>
/// JavaScript expressions in <c>{{ }}</c>, run by Jint under strict limits without CLR access. A text that is one whole
/// <c>{{ }}</c> keeps the value's type; otherwise the parts are joined as text.
/// </summary>
/// <remarks>
/// Made for people who are not programmers, so reading is forgiving and writing is not: every <c>.</c> reads like <c>?.</c>, so
/// <c>steps.refund.output.amount</c> of a step that was skipped is null instead of an error, and nothing becomes an empty text
/// inside a longer one. A name that does not exist at all (<c>trigr.mail</c>) or a method that a value does not have
/// (<c>'a'.toUppercase()</c>) is an error that says so. The clock stands at the scope's <c>now</c>; nothing is random.
/// </remarks>
public sealed class Expressions
{
    /// <summary>The names a scope has, for checking a definition before there is one.</summary>
    public static readonly IReadOnlyList<string> Roots = ["trigger", "steps", "workspace", "run", "now", "item", "index", "round", "last"];

    private readonly Recent<Script> _scripts = new(2_000);
    private readonly Recent<ExpressionText> _texts = new(2_000);

    /// <summary>The value of one expression (with or without its braces) over the scope's top-level names.</summary>
    public Outcome<JsonElement> Evaluate(string expression, JsonElement scope) => Run(Bare(expression), scope);

    /// <summary>
    /// A copy of <paramref name="settings"/> in which every text at one of the pointers has its <c>{{ }}</c> evaluated. In a
    /// pointer, "*" is any key or index and a last "**" is everything below.
    /// </summary>
    public Outcome<JsonElement> Resolve(JsonElement settings, IReadOnlyList<string> pointers, JsonElement scope)
    {
        if (!settings.GetRawText().Contains("{{", StringComparison.Ordinal))
            return settings;
        var resolving = new Resolving(text => ValueOf(text, scope));
        var resolved = resolving.Copy(settings, [.. pointers.Select(pointer => pointer.Split('/')[1..])]);
        if (resolving.Problems.Count > 0)
            return Refusal.Invalid("expressionFailed", resolving.Problems[0].Message, resolving.Problems);
        return resolved.Refusal is { } refusal ? refusal : resolved.Value;
    }

    /// <summary>What is wrong with the <c>{{ }}</c> parts of a text, as a sentence; null when nothing is.</summary>
    public string? ProblemOf(string text) => Read(text).Parts
        .Where(part => part.IsExpression)
        .Select(part => part.Problem ?? ProblemOf(Script(part.Text)))
        .FirstOrDefault(problem => problem is not null);

    /// <summary>What can be told of a text, or of one whole expression with or without its braces, before there is a scope.</summary>
    public ExpressionReading Read(string text, bool whole)
    {
        if (!whole)
            return new ExpressionReading(ProblemOf(text), StepsIn(text)) { Names = [.. ScriptsIn(text).SelectMany(script => script.Globals).Distinct()] };
        var script = Script(Bare(text));
        return new ExpressionReading(ProblemOf(script), script.NamedSteps) { Names = script.Globals };
    }

    /// <summary>The ids of the steps that the <c>{{ }}</c> parts of a text name.</summary>
    public IReadOnlyList<string> StepsIn(string text) => [.. ScriptsIn(text).SelectMany(script => script.NamedSteps).Distinct()];

    private IEnumerable<Script> ScriptsIn(string text) => Read(text).Parts.Where(part => part.IsExpression && part.Problem is null).Select(part => Script(part.Text));

    private static string? ProblemOf(Script script) => script.Problem ?? script.Stranger(name => Roots.Contains(name), Roots);

    private Outcome<JsonElement> ValueOf(string text, JsonElement scope)
    {
        var read = Read(text);
        if (read.Parts is [{ IsExpression: true, Problem: null } whole])
            return Run(whole.Text, scope);
        var joined = new StringBuilder();
        foreach (var part in read.Parts)
        {
            if (part.Problem is { } problem)
                return Refusal.Invalid("expressionFailed", problem);
            if (!part.IsExpression)
            {
                joined.Append(part.Text);
                continue;
            }
            var value = Run(part.Text, scope);
            if (value.Refusal is { } refusal)
                return refusal;
            ScriptJson.AppendAsText(joined, value.Value);
            if (joined.Length > ScriptLimits.MostText)
                return Refusal.Invalid("expressionFailed", $"The text '{Script(part.Text).Short}' is part of grew beyond {ScriptLimits.MostText:N0} characters.");
        }
        return Json.Element(joined.ToString());
    }

    private Outcome<JsonElement> Run(string source, JsonElement scope)
    {
        var script = Script(source);
        if (script.Problem is { } problem)
            return Refusal.Invalid("expressionFailed", problem);
        if (script.Path?.Read(scope) is { } found)
            return found;
        return Sandbox.Run(script, scope);
    }

    private Script Script(string source) => _scripts.Get(source, Scripts.Script.Read);

    private ExpressionText Read(string text) => _texts.Get(text, whole => ExpressionText.Read(whole, source => Script(source).Parses));

    private string Bare(string expression)
    {
        var text = expression.AsSpan().Trim();
        if (!text.StartsWith("{{") || !text.EndsWith("}}"))
            return expression;
        return Read(text.ToString()).Parts is [{ IsExpression: true, Problem: null } whole] ? whole.Text : expression;
    }
}
