using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BizQ.Core.Sample;

/// <summary>
/// The files of the sample business, which lie in this assembly. Their dates are written as days from the installation
/// ("today-9", "today-9+24m" with months, "{{today-9}}" within a sentence), so that the business is always in full swing.
/// </summary>
internal static partial class SampleFiles
{
    private const string Prefix = "sample/";

    public static IReadOnlyList<JsonElement> Entities(string name, DateOnly today) => [.. JsonElement.Parse(Dated(Text(name), today)).EnumerateArray()];

    /// <summary>The first heading is the document's title and not repeated in its text, or every passage would be found under it twice.</summary>
    public static IReadOnlyList<(string Name, string Title, byte[] Content)> Documents() =>
        [.. typeof(SampleFiles).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix + "documents/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(n => (Name: n[(Prefix.Length + "documents/".Length)..], Parts: Text(n[Prefix.Length..]).Split('\n', 2)))
            .Select(d => (d.Name, d.Parts[0].TrimStart('#', ' ').Trim(), System.Text.Encoding.UTF8.GetBytes(d.Parts[1].TrimStart())))];

    /// <summary>The agent's definition, with the drafts that lie in files of their own put where it names them.</summary>
    public static JsonElement Agent()
    {
        var agent = JsonNode.Parse(Text("agent.json"))!;
        foreach (var node in agent["nodes"]!.AsArray())
        {
            if (node!["settings"]?["template"]?.GetValue<string>() is { } template && template.StartsWith('@'))
                node["settings"]!["template"] = Text(template[1..]);
        }
        return Json.Element(agent);
    }

    public static IReadOnlyList<SampleMail> Mails() => Json.Read<List<SampleMail>>(Text("mails.json"))!;

    /// <summary>A mail as it would come in now.</summary>
    public static string Mail(string name, string id, string to, DateTimeOffset now) =>
        Dated(Text($"mails/{name}.eml"), DateOnly.FromDateTime(now.UtcDateTime))
            .Replace("{{id}}", id, StringComparison.Ordinal)
            .Replace("{{to}}", to, StringComparison.Ordinal)
            .Replace("{{date}}", now.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    private static Stream Open(string name) =>
        typeof(SampleFiles).Assembly.GetManifestResourceStream(Prefix + name) ?? throw new InvalidOperationException($"The sample has no file {name}.");

    private static string Dated(string text, DateOnly today) => InSentence().Replace(
        WholeValue().Replace(text, match => $"\"{Day(match, today).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\""),
        match => Day(match, today).ToString("d MMMM yyyy", CultureInfo.InvariantCulture));

    private static DateOnly Day(Match match, DateOnly today)
    {
        var day = today.AddDays(int.Parse(match.Groups["days"].Value, CultureInfo.InvariantCulture));
        return match.Groups["months"] is { Success: true } months ? day.AddMonths(int.Parse(months.Value, CultureInfo.InvariantCulture)) : day;
    }

    [GeneratedRegex(@"""today(?<days>[+-]\d+)(?:\+(?<months>\d+)m)?""")]
    private static partial Regex WholeValue();

    [GeneratedRegex(@"\{\{today(?<days>[+-]\d+)\}\}")]
    private static partial Regex InSentence();
}
