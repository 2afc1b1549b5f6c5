using System.Text.Json;
using System.Text.RegularExpressions;
using BizQ.Core.Context;

namespace BizQ.Core.Validation.PersonalData;

public enum Owner { Nobody, Recipient, SomebodyElse }

/// <summary>An entity as far as ownership goes, from the store or from evidence.</summary>
public sealed record Thing(Guid? Id, string Type, string Name, string? Key, JsonElement Data)
{
    public static Thing Of(Entity entity) => new(entity.Id, entity.Type, entity.Name, entity.Key, entity.Data);

    public static Thing? Of(Evidence evidence) => evidence is { Kind: "entity", Data: { } data }
        ? new Thing(evidence.Id, evidence.Type, evidence.Title, null, data)
        : null;
}

/// <summary>
/// Whose a thing is. A person's entity belongs to that person; anything that names a customer in its data (by number, name or
/// mail address) belongs to that customer; the rest, such as products and policies, is the business's own and public.
/// </summary>
public static partial class Ownership
{
    private static readonly HashSet<string> PersonTypes = new(StringComparer.OrdinalIgnoreCase)
        { "customer", "contact", "person", "client", "patient", "member", "guest", "lead", "subscriber", "employee", "tenant", "student", "buyer", "user" };

    private static readonly HashSet<string> PublicTypes = new(StringComparer.OrdinalIgnoreCase)
        { "policy", "product", "faq", "business", "company", "store", "shop", "location", "service", "category", "price", "shipping", "document" };

    public static bool IsPerson(Thing thing) =>
        PersonTypes.Contains(thing.Type) || (!PublicTypes.Contains(thing.Type) && Owners(thing.Data).Count == 0 && MailAddresses(thing.Data).Count > 0);

    /// <summary>Everything the person with this mail address goes by, in lower case.</summary>
    public static IReadOnlySet<string> Names(string address, IEnumerable<Thing> things)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { address };
        foreach (var person in things.Where(t => IsPerson(t) && (Same(t.Key, address) || MailAddresses(t.Data).Contains(address, StringComparer.OrdinalIgnoreCase))))
            names.UnionWith(Identities(person));
        return names;
    }

    public static Owner Of(Thing thing, IReadOnlySet<string> recipient)
    {
        if (PublicTypes.Contains(thing.Type))
            return Owner.Nobody;
        var owners = IsPerson(thing) ? Identities(thing) : Owners(thing.Data);
        return owners.Count == 0 ? Owner.Nobody : owners.Any(recipient.Contains) ? Owner.Recipient : Owner.SomebodyElse;
    }

    /// <summary>Those an entity's data says it belongs to.</summary>
    public static IReadOnlyList<string> Owners(JsonElement data) =>
        [.. Leaves(data, "").Where(leaf => OwnerField().IsMatch(leaf.Field)).Select(leaf => leaf.Text).Where(text => text.Length > 0)];

    /// <summary>The words of a thing that would tell about its owner: names, addresses, numbers. Lines of an order are not personal by themselves.</summary>
    public static IEnumerable<string> PersonalWords(Thing thing)
    {
        string?[] own = [thing.Key, thing.Name];
        return own.OfType<string>()
            .Concat(Leaves(thing.Data, "", lists: false).Where(leaf => PersonalField().IsMatch(leaf.Field)).Select(leaf => leaf.Text))
            .Where(text => text.Length >= 4 && text.Any(char.IsLetterOrDigit))
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All text of a thing's data, for looking things up in.</summary>
    public static string AllText(Thing thing) => string.Join('\n', Leaves(thing.Data, "").Select(leaf => leaf.Text).Prepend(thing.Key ?? "").Prepend(thing.Name));

    /// <summary>All a person goes by: mail addresses, name, key, numbers.</summary>
    public static IReadOnlyList<string> Identities(Thing person)
    {
        var identities = new List<string>(MailAddresses(person.Data)) { person.Name };
        if (person.Id is { } id)
            identities.Add(id.ToString());
        if (person.Key is { Length: > 0 } key)
            identities.Add(key);
        identities.AddRange(Leaves(person.Data, "", lists: false).Where(leaf => NumberField().IsMatch(leaf.Field)).Select(leaf => leaf.Text));
        return identities;
    }

    public static IReadOnlyList<string> MailAddresses(JsonElement data) =>
        [.. Leaves(data, "").Where(leaf => MailField().IsMatch(leaf.Field) && leaf.Text.Contains('@')).Select(leaf => leaf.Text)];

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Every text and number with the dotted path of names that leads to it.</summary>
    private static IEnumerable<(string Field, string Text)> Leaves(JsonElement value, string field, bool lists = true) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(m => Leaves(m.Value, field.Length == 0 ? m.Name : $"{field}.{m.Name}", lists)),
        JsonValueKind.Array when lists => value.EnumerateArray().SelectMany(item => Leaves(item, field, lists)),
        JsonValueKind.String => [(field, value.GetString()!.Trim())],
        JsonValueKind.Number => [(field, value.GetRawText())],
        _ => [],
    };

    [GeneratedRegex(@"(?:^|\.)(?:customer|buyer|client|owner|patient|member|guest|tenant|recipient|orderedBy|bookedBy|account)(?:[._]?(?:id|e?mail|address|key|number|no|name|ref))?$|(?:^|\.)(?:customer|buyer|client|owner|contact)[._]?e?mail(?:address)?$|^e?mail(?:address)?$", RegexOptions.IgnoreCase)]
    private static partial Regex OwnerField();

    [GeneratedRegex(@"e?mail(?:_?address)?$", RegexOptions.IgnoreCase)]
    private static partial Regex MailField();

    [GeneratedRegex(@"^(?:id|number|no|(?:customer|client|member|patient|account)[_]?(?:id|number|no|key))$", RegexOptions.IgnoreCase)]
    private static partial Regex NumberField();

    [GeneratedRegex(@"(?:name|mail|phone|mobile|tel|address|street|zip|postcode|postalcode|iban|card|birth(?:day|date)?|dob|ssn|passport|account|tracking(?:number|code|no)?|(?:order|invoice|customer|booking|ticket)?[_]?(?:number|no|id))$", RegexOptions.IgnoreCase)]
    private static partial Regex PersonalField();
}
