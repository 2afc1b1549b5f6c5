using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BizQ.Core.Agents;

/// <summary>
/// Holds a value against a JSON Schema and says every misfit as a sentence with its pointer. It knows the keywords that BizQ's
/// own schemas use (2020-12: types, properties, items, limits, enum, const, pattern, anyOf, allOf, if/then, $ref into $defs) and
/// lets an <c>{{ expression }}</c> stand for anything where one may stand, which no general validator does.
/// </summary>
/// <param name="root">What $ref points into.</param>
/// <param name="mayCompute">Whether an expression may stand at a pointer.</param>
public sealed class FitSchema(JsonElement root, Func<string, bool> mayCompute)
{
    /// <summary>More than this helps nobody; the rest appears once these are mended.</summary>
    public const int Most = 200;

    private static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyList<Problem> Problems(JsonElement schema, JsonElement value, Func<string, bool> mayCompute)
    {
        var problems = new List<Problem>();
        new FitSchema(schema, mayCompute).Look(schema, value, "", problems);
        return problems;
    }

    private void Look(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        if (schema.ValueKind != JsonValueKind.Object || problems.Count >= Most)
            return;
        if (schema.TryGetProperty("$ref", out var reference))
            Look(Referred(reference.GetString()!), value, at, problems);
        if (value.ValueKind == JsonValueKind.String && value.GetString()!.Contains("{{", StringComparison.Ordinal) && mayCompute(at))
            return;
        if (!Typed(schema, value, at, problems))
            return;
        Chosen(schema, value, at, problems);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Members(schema, value, at, problems);
                break;
            case JsonValueKind.Array:
                Items(schema, value, at, problems);
                break;
            case JsonValueKind.String:
                Text(schema, value.GetString()!, at, problems);
                break;
            case JsonValueKind.Number:
                Number(schema, value.GetDouble(), at, problems);
                break;
        }
        Combined(schema, value, at, problems);
    }

    private static bool Typed(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        if (!schema.TryGetProperty("type", out var type))
            return true;
        var names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!).ToList() : [type.GetString()!];
        if (names.Any(name => Is(name, value)))
            return true;
        problems.Add(new Problem(at, $"{Called(schema, at)} must be {string.Join(" or ", names.Select(Worded))}, not {Worded(value)}."));
        return false;
    }

    private static void Chosen(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
            problems.Add(new Problem(at, $"{Called(schema, at)} must be {only.GetRawText()}."));
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            var names = allowed.EnumerateArray().Select(one => one.ToString()).ToList();
            problems.Add(new Problem(at, $"{Called(schema, at)} is '{Shown(value)}'; it must be one of {string.Join(", ", names)}.{Nearest.Hint(value.ToString(), names)}"));
        }
    }

    private void Members(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        schema.TryGetProperty("properties", out var known);
        var more = schema.TryGetProperty("additionalProperties", out var rest) ? rest : default;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var place = $"{at}/{Pointer.Escape(member.Name)}";
            // JSON lets a name stand twice, and most readers silently take the last: half of the work would be gone.
            if (!seen.Add(member.Name))
                problems.Add(new Problem(place, $"'{member.Name}' stands here twice. Remove one."));
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var its))
                Look(its, member.Value, place, problems);
            else if (more.ValueKind == JsonValueKind.False)
                problems.Add(new Problem(place, $"'{member.Name}' is not known here.{Nearest.Hint(member.Name, known.ValueKind == JsonValueKind.Object ? known.EnumerateObject().Select(p => p.Name) : [])}"));
            else if (more.ValueKind == JsonValueKind.Object)
                Look(more, member.Value, place, problems);
        }
        foreach (var name in Required(schema).Where(name => !value.TryGetProperty(name, out _)))
            problems.Add(new Problem($"{at}/{Pointer.Escape(name)}", $"'{name}' is missing."));
        Between(schema, "minProperties", "maxProperties", value.GetPropertyCount(), "names", at, problems);
    }

    private void Items(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        Between(schema, "minItems", "maxItems", value.GetArrayLength(), "items", at, problems);
        if (!schema.TryGetProperty("items", out var items))
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Look(items, item, $"{at}/{index++}", problems);
    }

    private static void Text(JsonElement schema, string text, string at, List<Problem> problems)
    {
        if (schema.TryGetProperty("minLength", out var least) && text.Trim().Length < least.GetInt32())
            problems.Add(new Problem(at, $"{Called(schema, at)} is empty{(least.GetInt32() > 1 ? " or too short" : "")}."));
        if (schema.TryGetProperty("maxLength", out var most) && text.Length > most.GetInt32())
            problems.Add(new Problem(at, $"{Called(schema, at)} has {text.Length:N0} characters; {most.GetInt32():N0} are the most."));
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.CultureInvariant, PatternTime))
            problems.Add(new Problem(at, $"{Called(schema, at)} is '{Shown(text)}', which does not have the right form.{(schema.TryGetProperty("description", out var said) ? " " + said.GetString() : "")}"));
    }

    private static void Number(JsonElement schema, double number, string at, List<Problem> problems)
    {
        var (least, most) = (Limit(schema, "minimum"), Limit(schema, "maximum"));
        if (number < least || number > most)
        {
            var bounds = (least, most) switch
            {
                ({ } low, { } high) => $"between {low:N0} and {high:N0}",
                ({ } low, null) => $"at least {low:N0}",
                _ => $"at most {most:N0}",
            };
            problems.Add(new Problem(at, string.Create(CultureInfo.InvariantCulture, $"{Called(schema, at)} is {number}; it must be {bounds}.")));
        }
    }

    private void Combined(JsonElement schema, JsonElement value, string at, List<Problem> problems)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var one in all.EnumerateArray())
                Look(one, value, at, problems);
        }
        if (schema.TryGetProperty("anyOf", out var any) && !any.EnumerateArray().Any(one => Fits(one, value, at)))
        {
            var wanted = any.EnumerateArray().SelectMany(Required).Distinct().ToList();
            problems.Add(new Problem(at, wanted.Count > 0
                ? $"{string.Join(" or ", wanted.Select(name => $"'{name}'"))} is missing."
                : $"{Called(schema, at)} has none of the forms that are possible here."));
        }
        if (schema.TryGetProperty("if", out var when) && schema.TryGetProperty(Fits(when, value, at) ? "then" : "else", out var then))
            Look(then, value, at, problems);
    }

    private bool Fits(JsonElement schema, JsonElement value, string at)
    {
        var problems = new List<Problem>();
        Look(schema, value, at, problems);
        return problems.Count == 0;
    }

    private JsonElement Referred(string reference)
    {
        var found = root;
        foreach (var name in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found.GetProperty(name);
        return found;
    }

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!) : [];

    private static void Between(JsonElement schema, string least, string most, int count, string what, string at, List<Problem> problems)
    {
        if (Limit(schema, least) is { } low && count < low)
            problems.Add(new Problem(at, $"{Called(schema, at)} has {count} {what}; at least {low:N0} {(low == 1 ? "is" : "are")} needed."));
        if (Limit(schema, most) is { } high && count > high)
            problems.Add(new Problem(at, $"{Called(schema, at)} has {count} {what}; {high:N0} are the most."));
    }

    private static double? Limit(JsonElement schema, string name) => schema.TryGetProperty(name, out var limit) ? limit.GetDouble() : null;

    private static bool Is(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };

    /// <summary>What people call the place: its title in the schema, or the last name of its pointer.</summary>
    private static string Called(JsonElement schema, string at) => at.Length == 0 ? "The definition"
        : schema.TryGetProperty("title", out var title) ? $"'{title.GetString()}'"
        : $"'{Pointer.Unescape(at[(at.LastIndexOf('/') + 1)..])}'";

    private static string Worded(string type) => type switch
    {
        "object" => "an object { … }",
        "array" => "a list [ … ]",
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ => "null",
    };

    private static string Worded(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => "null",
    };

    private static string Shown(JsonElement value) => Shown(value.ToString());

    private static string Shown(string text) => new StringBuilder(text.Length <= 60 ? text : text[..59] + "…").Replace('\n', ' ').ToString();
}
