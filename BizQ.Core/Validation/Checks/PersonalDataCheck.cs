using BizQ.Core.Validation.PersonalData;

namespace BizQ.Core.Validation.Checks;

/// <summary>
/// A message tells its recipient only what is theirs: data of their own customer entity and orders, what they wrote
/// themselves, and what the business says to everybody. What is known to be somebody else's is blocked; what is nobody's as
/// far as known is for a person to see.
/// </summary>
public sealed class PersonalDataCheck : ICheck
{
    public string Name => "personalData";
    public string Title => "Personal data";
    public string Summary => "Mail addresses, phone, bank and card numbers, postal addresses, and the names and orders of other customers do not go to somebody they do not belong to.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (input.Message is not { Recipients.Count: > 0 } message)
            return [];
        var draft = $"{message.Subject}\n{message.Text}";
        var belongings = Belongings.Of(input, message.Recipients);
        List<Finding> findings = [.. Recognise.All(draft).SelectMany(item => Look(item, belongings)), .. OthersWords(draft, belongings)];
        return findings.Count > 0
            ? findings.DistinctBy(finding => finding.Quote?.ToUpperInvariant())
            : [this.Allow("onlyOwnData", "It holds no personal data of anybody but the recipient.")];
    }

    private IEnumerable<Finding> Look(PersonalItem item, Belongings belongings)
    {
        if (item.Kind == PersonalKind.Card)
            return [this.Review("cardNumber", "The message repeats a whole card number, which should never travel by mail.", item.Written)];
        if (belongings.MaySee(item))
            return [];
        return belongings.OwnersOf(item) is { Count: > 0 } others
            ? [SomebodyElses(others, item.Written, $"{Word(item.Kind)} '{item.Written}'", belongings)]
            : [this.Review("unknownPersonalData", $"{Word(item.Kind)} '{item.Written}' is not known to be the recipient's.", item.Written)];
    }

    private IEnumerable<Finding> OthersWords(string draft, Belongings belongings)
    {
        var words = $" {Recognise.Words(draft)} ";
        return belongings.Others
            .SelectMany(other => Ownership.PersonalWords(other).Select(personal => (Other: other, Personal: personal, Key: Recognise.Words(personal))))
            .Where(found => found.Key.Length >= 4 && !found.Personal.Contains('@') && words.Contains($" {found.Key} ", StringComparison.Ordinal) && !belongings.MaySee(found.Personal))
            .GroupBy(found => found.Key, StringComparer.Ordinal)
            .Select(group => SomebodyElses([.. group.Select(found => found.Other)], group.First().Personal, $"'{group.First().Personal}'", belongings));
    }

    /// <summary>
    /// A customer who writes from a second address and names their own order looks like somebody else: a person can tell,
    /// so that is for review. Anything else of another customer is a leak.
    /// </summary>
    private Finding SomebodyElses(IReadOnlyList<Thing> others, string written, string what, Belongings belongings) =>
        others.FirstOrDefault(belongings.WasNamedBySender) is { } named
            ? this.Review("perhapsOthersData", $"{what} belongs to {Whose(named)}, which is kept under another mail address than the recipient's. The recipient named it: make sure that they are the same person.", written)
            : this.Block("othersPersonalData", $"{what} belongs to {Whose(others[0])}, not to the recipient.", written);

    private static string Whose(Thing thing) => Ownership.IsPerson(thing) ? $"another {thing.Type}" : $"another customer's {thing.Type}";

    private static string Word(PersonalKind kind) => kind switch
    {
        PersonalKind.MailAddress => "The mail address",
        PersonalKind.Phone => "The phone number",
        PersonalKind.Iban => "The bank account number",
        PersonalKind.PostalAddress => "The postal address",
        _ => "The number",
    };
}
