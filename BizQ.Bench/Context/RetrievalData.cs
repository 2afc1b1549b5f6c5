using System.Text.Json;

namespace BizQ.Bench.Context;

/// <summary>A text to be found.</summary>
internal sealed record Sought(string Title, string Text);

/// <summary>A question, and the numbers of the texts that answer it.</summary>
internal sealed record Question(string Text, IReadOnlySet<int> Answers);

/// <summary>Texts, questions and which belong together, as people judged.</summary>
internal sealed record Collection(string Name, IReadOnlyList<Sought> Texts, IReadOnlyList<Question> Questions);

/// <summary>Reads test collections: folders in the Cranfield format, and StackFAQ's file.</summary>
internal static class RetrievalData
{
    public static IReadOnlyList<Collection> Read(Measuring measuring)
    {
        List<Collection> found = [];
        foreach (var root in new[] { "retrieval", "." }.Where(root => measuring.HasData(root)))
        {
            var folder = measuring.Data(root);
            found.AddRange(Directory.GetDirectories(folder).Append(folder).Where(IsCranfield).Select(Cranfield));
            if (measuring.HasData(root, "stackfaq.json"))
                found.Add(StackFaq(measuring.Data(root, "stackfaq.json")));
        }
        return found.Count > 0 ? found : throw new CouldNotRunException("No collection was found: neither a folder with cran.all.1400, cran.qry and cranqrel nor a stackfaq.json.");
    }

    private static bool IsCranfield(string folder) => File.Exists(Path.Combine(folder, "cran.qry")) && Directory.GetFiles(folder, "cran.all*").Length > 0;

    private static Collection Cranfield(string folder)
    {
        var texts = Parts(Directory.GetFiles(folder, "cran.all*")[0]).Select(part => new Sought(OneLine(part.GetValueOrDefault("T", "")), part.GetValueOrDefault("W", "").Trim())).ToList();
        // The judgements count the questions from 1 in their order; the numbers in the file of questions have gaps.
        var judged = File.ReadLines(Path.Combine(folder, "cranqrel"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length >= 3 && int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) > 0)
            .ToLookup(parts => Number(parts[0]), parts => Number(parts[1]) - 1);
        var questions = Parts(Path.Combine(folder, "cran.qry")).Select((part, i) => new Question(OneLine(part["W"]), judged[i + 1].ToHashSet())).Where(q => q.Answers.Count > 0).ToList();
        return new Collection("cranfield", texts, questions);
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static List<Dictionary<string, string>> Parts(string file)
    {
        List<Dictionary<string, string>> parts = [];
        var field = "";
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith(".I", StringComparison.Ordinal))
                parts.Add([]);
            else if (line.Length == 2 && line[0] == '.' && char.IsAsciiLetterUpper(line[1]))
                field = line[1..];
            else
                parts[^1][field] = parts[^1].GetValueOrDefault(field, "") + line + "\n";
        }
        return parts;
    }

    private static Collection StackFaq(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        List<Sought> texts = [];
        List<Question> questions = [];
        foreach (var thread in document.RootElement.GetProperty("root").GetProperty("qapair").EnumerateArray())
        {
            HashSet<int> answers = [];
            var given = thread.GetProperty("answer");
            foreach (var answer in given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().ToList() : [given])
            {
                answers.Add(texts.Count);
                texts.Add(new Sought(thread.GetProperty("question").GetString() ?? "", answer.GetString() ?? ""));
            }
            // A lone asterisk parts the paraphrases in the file.
            questions.AddRange(thread.GetProperty("rephr").EnumerateArray().Select(r => r.GetString()?.Trim() ?? "").Where(r => r.Length > 1).Select(r => new Question(r, answers)));
        }
        return new Collection("stackfaq", texts, questions);
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
