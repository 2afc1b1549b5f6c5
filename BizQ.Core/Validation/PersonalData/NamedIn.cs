using System.Text.RegularExpressions;
using BizQ.Core.Context;

namespace BizQ.Core.Validation.PersonalData;

/// <summary>
/// The words of a draft that could name an entity (addresses, numbers, capitalised names), so that the store can be asked
/// whose they are in one query.
/// </summary>
/// <param name="Keys">Entity keys, as they are compared.</param>
/// <param name="People">Names and mail addresses, as they are compared.</param>
public sealed partial record NamedIn(IReadOnlyList<string> Keys, IReadOnlyList<string> People)
{
    /// <summary>A draft that names more entities than this is read by a person anyway.</summary>
    public const int Most = 200;

    private const int MostCandidates = 150;

    /// <summary>The fields a person is found by.</summary>
    public static readonly string[] PersonFields = ["name", "fullName", "email", "mail", "emailAddress"];

    public static NamedIn Of(OutgoingMessage message, IReadOnlyList<Thing> things)
    {
        var draft = $"{message.Subject}\n{message.Text}";
        List<string> addresses = [.. message.Recipients, .. Recognise.All(draft).Where(item => item.Kind == PersonalKind.MailAddress).Select(item => item.Written)];
        var keys = addresses
            // The customers that evidence belongs to, so that "C-17" is known to be the recipient.
            .Concat(things.SelectMany(thing => Ownership.Owners(thing.Data)))
            .Concat(Number().Matches(draft).Select(m => m.Value.TrimStart('#')));
        return new NamedIn(Compared(keys), Compared(addresses.Concat(Names(draft))));
    }

    private static List<string> Compared(IEnumerable<string> words) => [.. words.Select(Lookup.Of).OfType<string>().Distinct().Take(MostCandidates)];

    /// <summary>Neighbouring capitalised words, two and three at a time: "Dear Emma Berg" asks for "Dear Emma", "Emma Berg" and all three.</summary>
    private static IEnumerable<string> Names(string draft)
    {
        foreach (Match run in Capitalised().Matches(draft))
        {
            var words = run.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var length = 2; length <= 3; length++)
            {
                for (var i = 0; i + length <= words.Length; i++)
                    yield return string.Join(' ', words.Skip(i).Take(length));
            }
        }
    }

    [GeneratedRegex(@"#?(?=[\p{L}\d_/-]*\d)[\p{L}\d](?:[\p{L}\d_/-]*[\p{L}\d])?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\p{Lu}[\p{L}'’-]+(?:[ ]\p{Lu}[\p{L}'’-]+)+")]
    private static partial Regex Capitalised();
}
