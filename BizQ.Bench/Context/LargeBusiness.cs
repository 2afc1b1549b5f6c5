using System.Globalization;
using System.Text;
using BizQ.Core;
using BizQ.Core.Context;
using BizQ.Core.Workspaces;

namespace BizQ.Bench.Context;

/// <summary>
/// A business with as many entities as asked for and a fifth as many passages, made up from a seed: customers, orders, products and
/// notes, with names, numbers and texts whose words are as unevenly common as in real texts and keep company by subject, so
/// that there is something to learn from them. The same seed makes the same business.
/// </summary>
internal sealed class LargeBusiness
{
    private const int Words = 30_000;
    private const int Subjects = 60;
    private const int WordsOfSubject = 400;
    private const int PassagesOfDocument = 40;
    private const int WordsOfPassage = 110;

    private static readonly string[] First = ["Ana", "Ben", "Carla", "David", "Emma", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Klara", "Leon", "Mia", "Noah", "Olga", "Paul", "Rosa", "Simon", "Tessa", "Uwe"];
    private static readonly string[] States = ["open", "paid", "shipped", "late", "returned", "cancelled"];
    private static readonly string[] Cities = ["Aachen", "Bremen", "Cork", "Dresden", "Essen", "Freiburg", "Ghent", "Hamburg", "Innsbruck", "Jena", "Kassel", "Leipzig", "Malmo", "Nantes", "Oslo", "Porto"];
    private static readonly string[] Plain = ["the", "of", "and", "to", "a", "in", "is", "for", "with", "on", "that", "by", "this", "are", "be", "or", "as", "we", "it", "not"];

#pragma warning disable CA5394 // Made up, and the same each time.
    private readonly Random _random = new(20261128);
    private readonly string[] _words;
    private readonly double[] _upTo;
    private readonly string[] _surnames;

    public LargeBusiness()
    {
        _words = [.. Made(Words, 2, 4)];
        _surnames = [.. Made(4_000, 2, 3).Select(name => char.ToUpperInvariant(name[0]) + name[1..])];
        // Zipf: the n-th most common word is n times as rare as the most common.
        _upTo = new double[WordsOfSubject];
        var sum = 0.0;
        for (var i = 0; i < _upTo.Length; i++)
            _upTo[i] = sum += 1.0 / (i + 1);
    }

    /// <summary>Questions as people and agents ask them: words of a text, names, numbers, one common word, a whole mail.</summary>
    public IReadOnlyList<(string Kind, string Text)> Questions(int count, int entities)
    {
        var made = new List<(string, string)>(count);
        for (var i = 0; i < count; i++)
        {
            made.Add((i % 10) switch
            {
                0 or 1 or 2 => ("question", $"How do we {Text(_random.Next(Subjects), 4 + _random.Next(4))}?"),
                3 or 4 => ("name", $"{Pick(First)} {Pick(_surnames)}"),
                5 or 6 => ("number", string.Create(CultureInfo.InvariantCulture, $"order OR-{_random.Next(entities):000000}")),
                7 => ("common", $"{Pick(States)} order"),
                8 => ("fields", string.Create(CultureInfo.InvariantCulture, $"type:order status:{Pick(States)} total>{_random.Next(50, 450)} {Text(_random.Next(Subjects), 2)}")),
                _ => ("mail", Text(_random.Next(Subjects), 90)),
            });
        }
        return made;
    }

    public async Task Write(WriteEntities write, AddDocument add, Actor actor, int from, int entities, CancellationToken cancel)
    {
        foreach (var batch in Enumerable.Range(from, entities - from).Chunk(10_000))
        {
            var written = await write.Run(actor, [.. batch.Select(Entity)], cancel);
            if (written.Refusal is { } refusal)
                throw new CouldNotRunException($"{refusal.Message} {refusal.Problems?[0].Message}");
        }
        for (var document = from / 5 / PassagesOfDocument; document < entities / 5 / PassagesOfDocument; document++)
        {
            var added = await add.Run(actor, new AddDocumentRequest($"guide-{document}.md", "text/markdown", Encoding.UTF8.GetBytes(Document(document)), null, SourceKind.Api, "The bench"), cancel);
            if (added.Refusal is { } refusal)
                throw new CouldNotRunException(refusal.Message);
        }
    }

    private WriteEntityRequest Entity(int number)
    {
        var subject = _random.Next(Subjects);
        var person = $"{Pick(First)} {Pick(_surnames)}";
        var day = new DateOnly(2024, 1, 1).AddDays(_random.Next(1_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (number % 10) switch
        {
            < 3 => Of("customer", string.Create(CultureInfo.InvariantCulture, $"CU-{number:000000}"), new { name = person, email = string.Create(CultureInfo.InvariantCulture, $"{person.Replace(' ', '.')}{number}@example.com"), city = Pick(Cities), note = Text(subject, 12) }),
            < 7 => Of("order", string.Create(CultureInfo.InvariantCulture, $"OR-{number:000000}"), new { number = string.Create(CultureInfo.InvariantCulture, $"OR-{number:000000}"), customer = person, status = Pick(States), total = _random.Next(5, 500), placed = day, items = Text(subject, 8) }),
            < 9 => Of("product", string.Create(CultureInfo.InvariantCulture, $"PR-{number:000000}"), new { name = Text(subject, 3), price = _random.Next(1, 300), stock = _random.Next(100), description = Text(subject, 25) }),
            _ => Of("note", string.Create(CultureInfo.InvariantCulture, $"NO-{number:000000}"), new { title = Text(subject, 5), text = Text(subject, 40) }),
        };

        static WriteEntityRequest Of(string type, string key, object data) => new(null, type, null, key, Json.Element(data), SourceKind.Api, "The bench");
    }

    private string Document(int number)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"# Guide {number} to {Text(number % Subjects, 2)}\n\n"));
        for (var i = 0; i < PassagesOfDocument; i++)
            text.Append(CultureInfo.InvariantCulture, $"## {Text(number % Subjects, 3)}\n\n{Text(number % Subjects, WordsOfPassage)}.\n\n");
        return text.ToString();
    }

    /// <summary>A third of all words are those of every text; the rest are of one subject, or of any.</summary>
    private string Text(int subject, int count)
    {
        var text = new StringBuilder(count * 8);
        for (var i = 0; i < count; i++)
        {
            var chance = _random.NextDouble();
            text.Append(i > 0 ? " " : "").Append(chance < 0.33 && i > 0 ? Pick(Plain)
                : chance < 0.85 ? _words[((subject * WordsOfSubject) + Zipf()) % Words]
                : _words[_random.Next(Words)]);
        }
        return text.ToString();
    }

    private int Zipf()
    {
        var at = Array.BinarySearch(_upTo, _random.NextDouble() * _upTo[^1]);
        return at < 0 ? ~at : at;
    }

    private T Pick<T>(T[] all) => all[_random.Next(all.Length)];

    private IEnumerable<string> Made(int count, int least, int most)
    {
        const string consonants = "bdfgklmnprstvz";
        const string vowels = "aeiou";
        HashSet<string> known = new(StringComparer.Ordinal);
        while (known.Count < count)
        {
            var word = new StringBuilder();
            for (var i = _random.Next(least, most + 1); i > 0; i--)
                word.Append(consonants[_random.Next(consonants.Length)]).Append(vowels[_random.Next(vowels.Length)]);
            if (_random.Next(2) == 0)
                word.Append(consonants[_random.Next(consonants.Length)]);
            if (known.Add(word.ToString()))
                yield return word.ToString();
        }
    }
#pragma warning restore CA5394
}
