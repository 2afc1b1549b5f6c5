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
            ? findings.DistinctBy(finding => (finding.Reason, finding.Quote?.ToUpperInvariant()))
            : [this.Allow("onlyOwnData", "It holds no personal data of anybody but the recipient.")];
    }

    private IEnumerable<Finding> Look(PersonalItem item, Belongings belongings)
    {
        if (item.Kind == PersonalKind.Card)
            return [this.Review("cardNumber", "The message repeats a whole card number, which should never travel by mail.", item.Written)];
        if (belongings.MaySee(item))
            return [];
        return belongings.OwnerOf(item) is { } other
            ? [SomebodyElses(other, item.Written, Word(item.Kind), belongings)]
            : [this.Review("unknownPersonalData", $"{Word(item.Kind)} '{item.Written}' is not known to be the recipient's.", item.Written)];
    }

    private IEnumerable<Finding> OthersWords(string draft, Belongings belongings)
    {
        var words = $" {Recognise.Words(draft)} ";
        foreach (var other in belongings.Others)
        {
            foreach (var personal in Ownership.PersonalWords(other))
            {
                var key = Recognise.Words(personal);
                if (key.Length >= 4 && !personal.Contains('@') && words.Contains($" {key} ", StringComparison.Ordinal) && !belongings.MaySee(personal))
                    yield return SomebodyElses(other, personal, "", belongings);
            }
        }
    }

    /// <summary>
    /// A customer who writes from a second address and names their own order looks like somebody else: a person can tell,
    /// so that is for review. Anything else of another customer is a leak.
    /// </summary>
    private Finding SomebodyElses(Thing other, string written, string word, Belongings belongings)
    {
        var what = word.Length > 0 ? $"{word} '{written}'" : $"'{written}'";
        return belongings.WasNamedBySender(other)
            ? this.Review("perhapsOthersData", $"{what} belongs to {Whose(other)}, which is kept under another mail address than the recipient's. The recipient named it: make sure that they are the same person.", written)
            : this.Block("othersPersonalData", $"{what} belongs to {Whose(other)}, not to the recipient.", written);
    }

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
