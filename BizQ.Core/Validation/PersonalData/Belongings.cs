namespace BizQ.Core.Validation.PersonalData;

/// <summary>What the recipients of a message may see, and what is known of others.</summary>
public sealed class Belongings
{
    private readonly string _openWords;
    private readonly HashSet<(PersonalKind, string)> _openItems;
    private readonly string? _ownDomain;
    private readonly string _said;

    private Belongings(IReadOnlyList<Thing> others, string open, string? ownDomain, string said)
    {
        Others = others;
        _openWords = $" {Recognise.Words(open)} ";
        _openItems = [.. Recognise.All(open).Select(item => (item.Kind, item.Key))];
        _ownDomain = ownDomain;
        _said = $" {Recognise.Words(said)} ";
    }

    /// <summary>Known things that belong to somebody who is not among the recipients.</summary>
    public IReadOnlyList<Thing> Others { get; }

    public static Belongings Of(CheckInput input, IReadOnlyList<string> recipients)
    {
        List<Thing> things = [.. input.Evidence.Select(Thing.Of).OfType<Thing>(), .. input.Named.Select(Thing.Of)];
        var names = recipients.Select(address => Ownership.Names(address, things)).ToList();
        // What goes to several people must belong to each of them.
        Owner OwnerOf(Thing thing) => names.Select(own => Ownership.Of(thing, own)).Max();
        var bySender = recipients.All(address => string.Equals(address, input.CameIn.Address, StringComparison.OrdinalIgnoreCase));
        var said = bySender ? $"{input.CameIn.Subject}\n{input.CameIn.Text}" : "";
        var open = things.Where(thing => OwnerOf(thing) != Owner.SomebodyElse).Select(Ownership.AllText)
            .Concat(input.Evidence.Where(e => e.Kind is "passage" or "wording").Select(e => e.Text))
            .Concat(bySender ? [said, input.CameIn.Name ?? ""] : [])
            .Append(input.BusinessName)
            .Append(input.BusinessAddress ?? "")
            .Concat(recipients);
        return new Belongings([.. things.Where(thing => OwnerOf(thing) == Owner.SomebodyElse)], string.Join('\n', open), Domain(input.BusinessAddress), said);
    }

    public bool MaySee(PersonalItem item) =>
        _openItems.Contains((item.Kind, item.Key))
        || (item.Kind == PersonalKind.MailAddress && _ownDomain is not null && item.Key.EndsWith(_ownDomain, StringComparison.Ordinal))
        || (item.Kind == PersonalKind.PostalAddress && MaySee(item.Written));

    public bool MaySee(string words) => _openWords.Contains($" {Recognise.Words(words)} ", StringComparison.Ordinal);

    /// <summary>The things of somebody else that hold this, as far as known.</summary>
    public IReadOnlyList<Thing> OwnersOf(PersonalItem item) => [.. Others.Where(other =>
        Recognise.All(Ownership.AllText(other)).Any(theirs => theirs.Kind == item.Kind && theirs.Key == item.Key)
        || (item.Kind == PersonalKind.PostalAddress && Recognise.Words(Ownership.AllText(other)).Contains(item.Key, StringComparison.Ordinal)))];

    /// <summary>The sender's own words name this thing by its key or number, or name something that belongs to this person.</summary>
    public bool WasNamedBySender(Thing thing) => IsNamed(thing)
        || (Ownership.IsPerson(thing) && Ownership.Identities(thing) is var identities
            && Others.Any(other => IsNamed(other) && Ownership.Owners(other.Data).Any(owner => identities.Contains(owner, StringComparer.OrdinalIgnoreCase))));

    private bool IsNamed(Thing thing) => new[] { thing.Key, thing.Name }.OfType<string>().Select(Recognise.Words)
        .Any(words => words.Length >= 3 && words.Any(char.IsDigit) && _said.Contains($" {words} ", StringComparison.Ordinal));

    private static string? Domain(string? address) => address?.IndexOf('@', StringComparison.Ordinal) is { } at && at >= 0 ? address[at..].ToLowerInvariant() : null;
}
