using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using DotLiquid;
using DotLiquid.Exceptions;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A draft, and the values its template asked for that were not there.</summary>
public sealed record Drafted(string Text, IReadOnlyList<string> Missing);

/// <summary>
/// Fills a Liquid template. The template sees the values and nothing else: no files, no types of this program, bounded loops,
/// time and size. A value that is not there renders as nothing and is reported.
/// </summary>
public sealed partial class DraftText
{
    /// <summary>A long letter has 10,000 characters; more is a template run wild.</summary>
    public const int MaxCharacters = 100_000;
    /// <summary>A template that a person writes stays far below this.</summary>
    private const int MaxTemplate = 50_000;
    /// <summary>Rounds of one loop; nested loops are ended by time and size.</summary>
    private const int MaxIterations = 10_000;
    /// <summary>A filled letter takes under a millisecond.</summary>
    private const int MaxMilliseconds = 2_000;

    static DraftText()
    {
        // The library registers its own tags when it is first used, which must not be after ours: the last one counts.
        RuntimeHelpers.RunClassConstructor(typeof(Liquid).TypeHandle);
        Template.RegisterTag<BoundedCapture>("capture");
        Template.RegisterFilter(typeof(DraftFilters));
    }

    public Drafted Run(string template, JsonElement values, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MaxMilliseconds);
        var context = new Context(
            [Values(values)], [], [], ErrorsOutputMode.Rethrow, MaxIterations, CultureInfo.InvariantCulture, limit.Token)
        {
            SyntaxCompatibilityLevel = SyntaxCompatibility.DotLiquid22a,
            UseRubyDateFormat = true,
        };
        using var writer = new BoundedWriter(MaxCharacters, limit.Token);
        try
        {
            Parse(template).Render(writer, RenderParameters.FromContext(context, CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ModelException("draftTooLong", "The draft's template does not end in time; it probably repeats too much.", retryable: false);
        }
        catch (Exception e) when (e is ApplicationException or InvalidOperationException or FormatException or OverflowException or System.ArgumentException or InvalidCastException or DivideByZeroException)
        {
            throw Failed(e.Message);
        }
        return new Drafted(Tidy(writer.ToString()), Missing(context));
    }

    /// <summary>What is wrong with a template, as a sentence; null when nothing is.</summary>
    public static string? ProblemOf(string template)
    {
        try
        {
            Parse(template);
            return null;
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    private static Template Parse(string template)
    {
        if (template.Length > MaxTemplate)
            throw Failed($"it is longer than {MaxTemplate} characters.");
        try
        {
            return Template.Parse(template, SyntaxCompatibility.DotLiquid22a);
        }
        catch (Exception e) when (e is ApplicationException or System.ArgumentException or RegexMatchTimeoutException)
        {
            throw Failed(e.Message);
        }
    }

    private static Hash Values(JsonElement values) => Plain(values) as Hash ?? [];

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Hash.FromDictionary(value.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => Plain(p.Value)!, StringComparer.Ordinal)),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.TryGetDecimal(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static List<string> Missing(Context context) =>
        [.. context.Errors.OfType<VariableNotFoundException>().Select(e => Quoted().Match(e.Message).Groups[1].Value).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>Tags leave blank lines behind: a letter has at most one in a row, and none at its ends.</summary>
    private static string Tidy(string text) => BlankLines().Replace(TrailingSpace().Replace(text.ReplaceLineEndings("\n"), "\n"), "\n\n").Trim();

    private static ModelException Failed(string why) => new("badTemplate", $"The draft's template could not be filled: {why}", retryable: false);

    [GeneratedRegex(@"[ \t]+\n")]
    private static partial Regex TrailingSpace();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"'([^']*)'")]
    private static partial Regex Quoted();
}
